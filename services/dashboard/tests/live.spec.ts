/** The page hears what happens, outlives the API's restart, and works by keyboard alone. Needs `TOCCATA_BIN`. */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "@playwright/test";

const program = process.env["TOCCATA_BIN"];
test.skip(!program, "TOCCATA_BIN names no program");
test.describe.configure({ mode: "serial" });

let data: string;
let port: number;
let service: ChildProcess;
let base: string;

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === "object" && address ? address.port : 0;
}

async function start(): Promise<void> {
  service = spawn(program as string, ["dev", "--data", data, "--listen", `127.0.0.1:${port}`], { stdio: "ignore" });
  await expect.poll(() => fetch(`http://127.0.0.1:${port}/readyz`).then((answer) => answer.ok, () => false), { timeout: 30_000 }).toBe(true);
}

async function stop(): Promise<void> {
  if (service.exitCode !== null || service.signalCode !== null) return;
  const ended = new Promise((resolve) => service.once("exit", resolve));
  service.kill("SIGKILL");
  await ended;
}

const submit = (name: string): Promise<Response> =>
  fetch(`http://127.0.0.1:${port}/v1/videos`, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify({ url: `https://127.0.0.1:9/${name}.mp4` }) });

test.beforeAll(async () => {
  data = mkdtempSync(join(tmpdir(), "toccata-dashboard-"));
  port = await freePort();
  base = `http://127.0.0.1:${port}`;
  await start();
});

test.afterAll(async () => {
  await stop();
  rmSync(data, { recursive: true, force: true });
});

test("an empty service says what to do next", async ({ page }) => {
  await page.goto(`${base}/jobs`);
  await expect(page.getByText("No jobs yet.")).toBeVisible();
  await page.screenshot({ path: "test-results/pages/jobs_empty.png" });
  await page.goto(`${base}/performances`);
  await expect(page.getByText("Nothing is labelled yet.")).toBeVisible();
  await page.goto(`${base}/policies`);
  await expect(page.getByText("No policy was trained yet.")).toBeVisible();
});

test("a job that is submitted appears by itself, and its page says why it was refused", async ({ page }) => {
  await page.goto(`${base}/jobs`);
  await expect(page.getByText("No jobs yet.")).toBeVisible();
  await submit("live");
  const row = page.getByRole("row").filter({ hasText: "live.mp4" });
  await expect(row).toContainText("Refused", { timeout: 15_000 });
  await row.getByRole("link").first().click();
  await expect(page.getByText("Only public https addresses are fetched")).toBeVisible();
});

test("the page outlives the API", async ({ page }) => {
  await page.goto(`${base}/jobs`);
  await expect(page.getByRole("link", { name: "live.mp4" })).toBeVisible();
  await expect(page.getByText("Live", { exact: true })).toBeVisible();
  await stop();
  await expect(page.getByText("The API is away since")).toBeVisible({ timeout: 15_000 });
  await expect(page.getByRole("link", { name: "live.mp4" }), "what was known stays").toBeVisible();
  await page.screenshot({ path: "test-results/pages/jobs_api_away.png" });
  await start();
  await expect(page.getByText("The API is away since")).toBeHidden({ timeout: 20_000 });
  await submit("after");
  await expect(page.getByRole("link", { name: "after.mp4" })).toBeVisible({ timeout: 15_000 });
});

test("many jobs are retried at once after a question, by keyboard alone", async ({ page }) => {
  await page.goto(`${base}/jobs`);
  await expect(page.getByRole("link", { name: "after.mp4" })).toBeVisible();
  await page.keyboard.press("Tab");
  await expect(page.getByText("Skip to the content")).toBeFocused();
  const all = page.getByLabel("Choose all on this page");
  await all.focus();
  await page.keyboard.press("Space");
  const retry = page.getByRole("button", { name: /^Retry \d/ });
  await retry.focus();
  await page.keyboard.press("Enter");
  await expect(page.getByRole("dialog")).toContainText("tried again");
  await page.keyboard.press("Escape");
  await expect(page.getByRole("dialog")).toHaveCount(0);
  await retry.press("Enter");
  await page.getByRole("button", { name: "Retry them" }).press("Enter");
  await expect(page.getByText(/^\d done/)).toBeVisible();
});

test("pasted lines are judged before they are sent, and the batch is followed", async ({ page }) => {
  await page.goto(`${base}/submit`);
  await page.getByLabel("One address a line").fill("https://127.0.0.1:9/a.mp4\nhttps://127.0.0.1:9/a.mp4\nnot an address\nhttps://127.0.0.1:9/b.mp4");
  await expect(page.getByText("2 to be fetched")).toBeVisible();
  await expect(page.getByText("1 will be refused")).toBeVisible();
  await expect(page.getByText("1 duplicates left out")).toBeVisible();
  await page.screenshot({ path: "test-results/pages/submit_judged.png" });
  await page.getByLabel("Name of the batch").fill("three lines");
  await page.getByRole("button", { name: "Submit 3 lines" }).click();
  await expect(page.getByRole("heading", { name: "three lines" })).toBeVisible();
  await expect(page.getByText("finished", { exact: true })).toBeVisible({ timeout: 60_000 });
  await expect(page.getByText("Lines that are no videos")).toBeVisible();
});

test("a file is uploaded, submitted and followed", async ({ page }) => {
  await page.goto(`${base}/submit`);
  await page.getByLabel("Video files").setInputFiles({ name: "noise.mp4", mimeType: "video/mp4", buffer: Buffer.alloc(9 << 20, 7) });
  const sent = page.getByRole("list", { name: "Files sent" });
  await expect(sent).toContainText("noise.mp4");
  await expect(sent).toContainText("Not a readable video", { timeout: 45_000 });
  await page.screenshot({ path: "test-results/pages/submit_uploaded.png" });
});

test("a server that wants a key is told one", async ({ page }) => {
  await page.route("**/v1/**", (route) =>
    route.request().headers()["authorization"] === "Bearer tcc_test"
      ? route.fulfill({ json: { items: [] } })
      : route.fulfill({ status: 401, contentType: "application/problem+json", body: JSON.stringify({ type: "urn:toccata:problem:unauthenticated", title: "A valid API key is needed", status: 401, code: "unauthenticated", detail: "send Authorization: Bearer tcc_...", errors: [], trace_id: "" }) }),
  );
  await page.goto(`${base}/jobs`);
  await page.getByLabel("Key", { exact: true }).fill("tcc_test");
  await page.getByRole("button", { name: "Use the key" }).click();
  await expect(page.getByText("No jobs yet.")).toBeVisible();
  expect(await page.evaluate(() => sessionStorage.getItem("toccata.key"))).toBe("tcc_test");
});
