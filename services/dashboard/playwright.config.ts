/**
 * The browser tests: the built dashboard in a real Chromium against a real server.
 * `TOCCATA_URL` is the API; `TOCCATA_BIN` (the `toccata` program) lets the restart test start and stop one of its own.
 * `CHROMIUM` is the browser, `chromium` from the path unless given.
 */
import { execFileSync } from "node:child_process";
import { defineConfig } from "@playwright/test";

const chromium = process.env["CHROMIUM"] ?? execFileSync("which", ["chromium"], { encoding: "utf8" }).trim();
const port = Number(process.env["DASHBOARD_PORT"] ?? 4173);

export default defineConfig({
  testDir: "tests",
  outputDir: "test-results",
  timeout: 60_000,
  workers: 1,
  reporter: [["list"]],
  use: {
    baseURL: `http://127.0.0.1:${port}`,
    launchOptions: { executablePath: chromium, args: ["--no-sandbox", "--autoplay-policy=no-user-gesture-required"] },
  },
  webServer: { command: `npx vite preview --host 127.0.0.1 --strictPort --port ${port}`, port, reuseExistingServer: true },
});
