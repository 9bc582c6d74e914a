import { expect, test } from "vitest";
import { bytes, hours, percent } from "./figures";
import { duration, position, relative } from "./time";

test("durations are short", () => {
  const cases: [number, string][] = [[0.0003, "0 ms"], [0.25, "250 ms"], [9.5, "9.5 s"], [59.4, "59 s"], [60, "1 min"], [125, "2 min 5 s"], [3600, "1 h"], [12000, "3 h 20 min"], [356400, "4 d 3 h"], [Number.NaN, "–"]];
  for (const [secs, text] of cases) expect(duration(secs)).toBe(text);
});

test("moments are told from now", () => {
  expect(relative(1000, 2000)).toBe("just now");
  expect(relative(0, 12_000)).toBe("12 s ago");
  expect(relative(180_000, 0)).toBe("in 3 min");
});

test("places in a recording carry over", () => {
  expect(position(62.349)).toBe("1:02.35");
  expect(position(59.999)).toBe("1:00.00");
  expect(position(-1)).toBe("0:00.00");
});

test("figures have as many digits as mean something", () => {
  expect([bytes(0), bytes(999), bytes(1000), bytes(2_109_344), bytes(999_950_000)]).toEqual(["0 B", "999 B", "1.0 kB", "2.1 MB", "1.0 GB"]);
  expect([hours(0), hours(48), hours(3600), hours(3_600_000)]).toEqual(["0 h", "0.013 h", "1.00 h", "1,000 h"]);
  expect(percent(0.8973, 1)).toBe("89.7 %");
});
