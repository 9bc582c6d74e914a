/** The API's words, taken from its OpenAPI document (`schema.ts` is generated: `npm run api`). */
import type { components } from "./schema";

type Schemas = components["schemas"];

export type Job = Schemas["Job"];
export type JobWithAttempts = Schemas["JobWithAttempts"];
export type JobAccepted = Schemas["JobAccepted"];
export type Attempt = Schemas["Attempt"];
export type Artifact = Schemas["Artifact"];
export type Batch = Schemas["Batch"];
export type BatchAccepted = Schemas["BatchAccepted"];
export type BatchItem = Schemas["BatchItem"];
export type Failure = Schemas["Failure"];
export type Options = Schemas["Options"];
export type PerformanceSummary = Schemas["PerformanceSummary"];
export type Problem = Schemas["Problem"];
export type Scaling = Schemas["Scaling"];
export type Source = Schemas["Source"];
export type Upload = Schemas["Upload"];
export type Usage = Schemas["Usage"];
export type Worker = Schemas["Worker"];

export type JobState = Job["state"];
export type JobKind = Job["kind"];

export const JOB_STATES: readonly JobState[] = ["available", "running", "retryable", "completed", "cancelled", "discarded"];
export const JOB_KINDS: readonly JobKind[] = ["expand_playlist", "fetch_video", "label_performance", "train_policy", "build_dataset"];

/** One page of a list; the next begins at `next_cursor`. */
export interface Page<T> {
  items: T[];
  next_cursor?: string | null;
}

/** What `/v1/events` says of a job: its state changed, or it advanced. */
export interface JobEvent {
  job: string;
  state?: JobState;
  kind?: JobKind;
  failure_code?: string | null;
  failure_message?: string | null;
  run_at_ms?: number | null;
  stage?: string | null;
  progress?: number | null;
}
