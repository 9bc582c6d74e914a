/**
 * What the newest jobs tell: how many are in which state, how many ended in each minute, and why some did not succeed.
 * The API counts no jobs by state, so the figures say over how many jobs they are.
 */
import type { Job, JobKind, JobState } from "../../api/types";

export interface MinuteBar {
  start_ms: number;
  completed: number;
  refused: number;
}

export interface ReasonCount {
  code: string;
  jobs: number;
}

export function byKindAndState(jobs: readonly Job[]): Map<JobKind, Map<JobState, number>> {
  const kinds = new Map<JobKind, Map<JobState, number>>();
  for (const job of jobs) {
    const states = kinds.get(job.kind) ?? new Map<JobState, number>();
    states.set(job.state, (states.get(job.state) ?? 0) + 1);
    kinds.set(job.kind, states);
  }
  return kinds;
}

/** Jobs that ended in each of the last minutes, the oldest first. */
export function endedByMinute(jobs: readonly Job[], now_ms: number, minutes: number): MinuteBar[] {
  const end_ms = Math.ceil(now_ms / 60_000) * 60_000;
  const bars = Array.from({ length: minutes }, (_, index) => ({ start_ms: end_ms - (minutes - index) * 60_000, completed: 0, refused: 0 }));
  for (const job of jobs) {
    if (!job.finished_ms) continue;
    const bar = bars[minutes - Math.ceil((end_ms - job.finished_ms) / 60_000)];
    if (!bar) continue;
    if (job.state === "completed") bar.completed += 1;
    else if (job.state === "discarded") bar.refused += 1;
  }
  return bars;
}

/** Reasons of jobs that ended without a result or are being retried, the most frequent first. */
export function reasons(jobs: readonly Job[]): ReasonCount[] {
  const counts = new Map<string, number>();
  for (const { state, failure } of jobs) {
    if (failure && (state === "discarded" || state === "retryable")) counts.set(failure.code, (counts.get(failure.code) ?? 0) + 1);
  }
  return [...counts].map(([code, jobs]) => ({ code, jobs })).sort((a, b) => b.jobs - a.jobs || a.code.localeCompare(b.code));
}
