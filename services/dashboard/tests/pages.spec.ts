/** Every page at three widths in both themes: nothing overflows, nothing is logged, axe finds nothing, and a picture is kept. */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { expect, test } from "@playwright/test";
import { known } from "./known";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

const PAGES: [name: string, path: (of: Awaited<ReturnType<typeof known>>) => string | null][] = [
  ["overview", () => "/"],
  ["jobs", () => "/jobs"],
  ["jobs_filtered", () => "/jobs?state=discarded&kind=label_performance"],
  ["job_refused", (of) => of.refused && `/jobs/${of.refused}`],
  ["job_completed", (of) => of.performanceJob && `/jobs/${of.performanceJob}`],
  ["batches", () => "/batches"],
  ["batch", (of) => of.batch && `/batches/${of.batch}`],
  ["performances", () => "/performances"],
  ["performance", (of) => of.performance && `/performances/${of.performance}`],
  ["policies", () => "/policies"],
  ["policy", (of) => of.policy && `/policies/${of.policy}`],
  ["workers", () => "/workers"],
  ["submit", () => "/submit"],
  ["not_found", () => "/no/such/page"],
];

for (const [name, pathOf] of PAGES) {
  for (const width of [360, 1280, 2560]) {
    for (const colorScheme of ["light", "dark"] as const) {
      test(`${name} at ${width} px, ${colorScheme}`, async ({ browser, request, baseURL }, info) => {
        const path = pathOf(await known(request));
        test.skip(path === null, "the server has nothing of this kind yet");
        const context = await browser.newContext({ baseURL: baseURL as string, viewport: { width, height: width < 500 ? 740 : 900 }, colorScheme, reducedMotion: "reduce" });
        const page = await context.newPage();
        const complaints: string[] = [];
        page.on("console", (message) => ["error", "warning"].includes(message.type()) && complaints.push(message.text()));
        page.on("pageerror", (error) => complaints.push(error.message));
        await page.goto(path as string);
        await expect(page.locator("main h1")).toBeVisible();
        await expect(page.locator(".loading")).toHaveCount(0);
        await page.screenshot({ path: `test-results/pages/${name}_${width}_${colorScheme}.png`, fullPage: true });
        expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth), "nothing overflows sideways").toBeLessThanOrEqual(0);
        // Evaluated through the debugger, which the content security policy does not concern.
        await page.evaluate(axe);
        const violations = await page.evaluate(async () => {
          const found = await (window as unknown as { axe: { run: () => Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> } }).axe.run();
          return found.violations.map((one) => `${one.id}: ${one.nodes.map((node) => node.html.slice(0, 140)).join(" | ")}`);
        });
        expect(violations).toEqual([]);
        expect(complaints, info.title).toEqual([]);
        await context.close();
      });
    }
  }
}
