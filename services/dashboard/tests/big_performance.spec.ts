/**
 * Fifty thousand notes: the roll looks at and draws no more than what is visible, whatever the place, and frames keep up.
 * The file is generated and takes the place of a real performance's labels; everything else is the server's.
 */
import { expect, test } from "@playwright/test";
import { known } from "./known";

const NOTES = 50_000;
const NOTES_A_SECOND = 40;

function labels(): string {
  const notes = Array.from({ length: NOTES }, (_, index) => {
    const onset_secs = index / NOTES_A_SECOND;
    const hand = index % 2 === 0 ? "left" : "right";
    const finger = 1 + (index % 5);
    return {
      pitch: 21 + ((index * 37) % 88),
      onset_secs,
      offset_secs: onset_secs + (index % 5000 === 0 ? 60 : 0.1 + ((index * 7) % 11) / 10),
      velocity: 64,
      hand,
      finger,
      confidence: ((index * 13) % 100) / 100,
      runner_up: { hand, finger: 1 + ((index + 1) % 5) },
      margin_key_widths: 0.5,
      witnesses: { sound: true, key: null, fingertip: true },
    };
  });
  const duration_secs = NOTES / NOTES_A_SECOND + 2;
  return JSON.stringify(
    {
      schema_version: 1,
      toccata_version: "0.1.0",
      source: { name: "generated.mp4", sha256: "0".repeat(64), duration_secs },
      video: { width: 1920, height: 1080, frames_per_second: 30 },
      keyboard: { sections: [] },
      audio_offset_secs: 0,
      notes,
      pedal: [],
      models: [],
      warnings: [],
    },
    null,
    2,
  );
}

test("fifty thousand notes scroll", async ({ page, request }, info) => {
  const { performance: id, performanceJob } = await known(request);
  test.skip(id === null, "the server has no performance yet");
  const body = labels();
  await page.route(`**/artifacts/performance.json`, (route) => route.fulfill({ contentType: "application/json", body }));
  // Only the labels: a video of another length would end before the notes do.
  await page.route(`**/v1/jobs/${performanceJob}/artifacts`, async (route) => {
    const answer = await route.fetch();
    const { items } = (await answer.json()) as { items: { name: string }[] };
    await route.fulfill({ response: answer, json: { items: items.filter((item) => item.name === "performance.json") } });
  });
  await page.addInitScript(() => {
    const longest = { ms: 0 };
    (window as unknown as { longest: typeof longest }).longest = longest;
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) longest.ms = Math.max(longest.ms, entry.duration);
    }).observe({ type: "longtask", buffered: true });
  });
  await page.setViewportSize({ width: 1280, height: 900 });
  await page.goto(`/performances/${id}`);
  await page.waitForFunction(() => (window.toccataRoll?.last.drawn ?? 0) > 0, undefined, { timeout: 30_000 });
  const loading = await page.evaluate(() => (window as unknown as { longest: { ms: number } }).longest.ms);
  await page.getByRole("button", { name: "Play", exact: true }).click();
  const frames = await page.evaluate(async () => {
    const gaps: number[] = [];
    const draws: number[] = [];
    let looked = 0;
    let drawn = 0;
    let before = 0;
    await new Promise<void>((resolve) => {
      const began = performance.now();
      const frame = (at: number): void => {
        if (before) gaps.push(at - before);
        before = at;
        const roll = window.toccataRoll;
        if (roll) {
          draws.push(roll.draw_ms);
          looked = Math.max(looked, roll.last.looked);
          drawn = Math.max(drawn, roll.last.drawn);
        }
        if (at - began > 6000) resolve();
        else requestAnimationFrame(frame);
      };
      requestAnimationFrame(frame);
    });
    const sorted = (values: number[]): number[] => [...values].sort((a, b) => a - b);
    const median = (values: number[]): number => sorted(values)[Math.floor(values.length / 2)] ?? 0;
    return { frames: gaps.length, gap_median_ms: median(gaps), gap_worst_ms: Math.max(...gaps), draw_median_ms: median(draws), draw_worst_ms: Math.max(...draws), looked, drawn };
  });
  console.log(JSON.stringify({ megabytes: body.length / 1e6, longest_task_while_loading_ms: loading, ...frames }));
  // Times are told, work is held: at 40 notes a second and 140 pixels a second some 5 seconds are visible.
  expect(frames.drawn).toBeGreaterThan(100);
  expect(frames.drawn).toBeLessThan(600);
  expect(frames.looked).toBeLessThan(1500);
  // Far into the piece it is the same work.
  await page.evaluate(() => document.querySelector<HTMLElement>(".timeline")?.focus());
  await page.keyboard.press("End");
  await page.keyboard.press("PageDown");
  await page.waitForTimeout(200);
  expect(await page.evaluate(() => window.toccataRoll?.last.looked ?? 0)).toBeLessThan(1500);
  await page.screenshot({ path: `test-results/pages/performance_50000_notes.png` });
  expect(info.errors).toEqual([]);
});
