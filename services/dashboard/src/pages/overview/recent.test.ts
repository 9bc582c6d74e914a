import { expect, test } from "vitest";
import type { Job } from "../../api/types";
import { endedByMinute, reasons } from "./recent";

const ended = (state: Job["state"], finished_ms: number, code?: string): Job => ({ state, finished_ms, failure: code ? { code } : null }) as Job;

test("jobs fall into the minute in which they ended", () => {
  const now_ms = 600_500;
  const bars = endedByMinute([ended("completed", 600_100), ended("discarded", 599_999), ended("completed", 0), ended("cancelled", 600_000)], now_ms, 3);
  expect(bars.map(({ start_ms, completed, refused }) => [start_ms, completed, refused])).toEqual([[480_000, 0, 0], [540_000, 0, 1], [600_000, 1, 0]]);
});

test("reasons are counted, the most frequent first", () => {
  expect(reasons([ended("discarded", 1, "b"), ended("discarded", 1, "a"), ended("retryable", 1, "a"), ended("cancelled", 1, "c")])).toEqual([{ code: "a", jobs: 2 }, { code: "b", jobs: 1 }]);
});
