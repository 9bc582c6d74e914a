/** A job's state: a sign and a word, so that colour is never the only difference. */
import type { JobState } from "../api/types";
import { STATE_WORDS } from "../words/jobs";
import { CancelIcon, CheckIcon, CrossIcon, RetryIcon, RunIcon, WaitIcon } from "./icons";

const SIGNS = { available: WaitIcon, running: RunIcon, retryable: RetryIcon, completed: CheckIcon, cancelled: CancelIcon, discarded: CrossIcon };

export function StateBadge({ state }: { state: JobState }) {
  const Sign = SIGNS[state];
  const words = STATE_WORDS[state];
  return (
    <span class={`badge state-${state}`} title={words.meaning}>
      <Sign />
      {words.name}
    </span>
  );
}
