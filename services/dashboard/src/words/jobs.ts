/** What the API's names mean to people. Names that are new to the dashboard are shown as they are. */
import type { JobKind, JobState } from "../api/types";

export const STATE_WORDS: Record<JobState, { name: string; meaning: string }> = {
  available: { name: "Waiting", meaning: "Waits for a worker" },
  running: { name: "Running", meaning: "A worker is on it" },
  retryable: { name: "Retrying", meaning: "Did not succeed; is tried again when due" },
  completed: { name: "Completed", meaning: "Has a result" },
  cancelled: { name: "Cancelled", meaning: "Somebody cancelled it" },
  discarded: { name: "Refused", meaning: "Ended without a result, with a named reason" },
};

export const KIND_WORDS: Record<JobKind, string> = {
  expand_playlist: "List playlist",
  fetch_video: "Fetch video",
  label_performance: "Label performance",
  train_policy: "Train policy",
  build_dataset: "Build dataset",
};

export const OUTCOME_WORDS: Record<string, string> = {
  completed: "Completed",
  handed_on: "Done, handed on",
  failed: "Failed",
  snoozed: "Put off",
  cancelled: "Cancelled",
  released: "Given back",
  lost: "Worker lost",
};

const STAGE_WORDS: Record<string, string> = {
  download: "Bringing the files",
  fetch: "Fetching the video",
  keyboard: "Finding the keys",
  notes: "Hearing the notes",
  hands: "Following the hands",
  align: "Fitting sound to picture",
  fingering: "Choosing fingers",
  overlay: "Drawing the overlay",
  upload: "Keeping the results",
  planning: "Planning the hands' way",
  list: "Listing the videos",
  cut: "Cutting the section",
  drawing: "Drawing the rollout",
};

export const stageWords = (stage: string): string => STAGE_WORDS[stage] ?? sentence(stage);

/** some_code → Some code */
export function sentence(code: string): string {
  const words = code.replaceAll(/[_-]+/g, " ").trim();
  return words.charAt(0).toUpperCase() + words.slice(1);
}
