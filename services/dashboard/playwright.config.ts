/**
 * The browser tests: a real Chromium against a real server that carries the built dashboard (`scripts/test-dashboard.sh` starts one).
 * `TOCCATA_URL` is where it is; `TOCCATA_BIN` (the `toccata` program) lets the restart test start and stop one of its own.
 * `CHROMIUM` is the browser, `chromium` from the path unless given.
 */
import { execFileSync } from "node:child_process";
import { defineConfig } from "@playwright/test";

const chromium = process.env["CHROMIUM"] ?? execFileSync("which", ["chromium"], { encoding: "utf8" }).trim();
const url = process.env["TOCCATA_URL"];
if (!url) throw new Error("TOCCATA_URL must name a server: run scripts/test-dashboard.sh");

export default defineConfig({
  testDir: "tests",
  outputDir: "test-results",
  timeout: 60_000,
  workers: 1,
  reporter: [["list"]],
  use: {
    baseURL: url,
    launchOptions: { executablePath: chromium, args: ["--no-sandbox", "--autoplay-policy=no-user-gesture-required"] },
  },
});
