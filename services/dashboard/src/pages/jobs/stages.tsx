/** The stages of a job as steps: done, in hand, where it stopped, and still to come. */
import type { Job } from "../../api/types";
import { percent } from "../../format/figures";
import { Meter } from "../../parts/meter";
import { stageWords } from "../../words/jobs";

const LABELLING = ["download", "keyboard", "notes", "hands", "align", "fingering", "overlay", "upload"];
const STAGES: Partial<Record<Job["kind"], readonly string[]>> = {
  expand_playlist: ["list"],
  fetch_video: ["fetch"],
  label_performance: LABELLING,
  train_policy: ["download", "planning", "drawing", "upload"],
};

export type StepState = "done" | "now" | "stopped" | "ahead";

export interface Step {
  stage: string;
  state: StepState;
}

/** The worker tells the stage it is at; what lies before it is done, also where it was kept from an earlier attempt. */
export function steps(job: Pick<Job, "kind" | "state" | "stage" | "options">): Step[] {
  const overlay = (job.options as { overlay?: boolean }).overlay === true;
  const known = (STAGES[job.kind] ?? []).filter((stage) => stage !== "overlay" || overlay);
  const all = job.stage && !known.includes(job.stage) ? [...known, job.stage] : known;
  const at = job.stage ? all.indexOf(job.stage) : -1;
  return all.map((stage, index) => ({ stage, state: stateOf(job.state, index, at) }));
}

function stateOf(state: Job["state"], index: number, at: number): StepState {
  if (state === "completed" || index < at) return "done";
  if (index > at) return "ahead";
  if (state === "running") return "now";
  return state === "discarded" || state === "cancelled" ? "stopped" : "ahead";
}

const SIGNS: Record<StepState, { sign: string; words: string }> = {
  done: { sign: "✓", words: "done" },
  now: { sign: "●", words: "in hand" },
  stopped: { sign: "✕", words: "stopped here" },
  ahead: { sign: "", words: "to come" },
};

export function Stages({ job }: { job: Job }) {
  if (!job.stage && (job.state === "discarded" || job.state === "cancelled")) return <p class="muted">It ended before a worker told of a stage.</p>;
  return (
    <ol class="stages">
      {steps(job).map(({ stage, state }) => (
        <li key={stage} class={`stage-${state}`} aria-current={state === "now" ? "step" : undefined}>
          <span class="stage-sign" aria-hidden="true">{SIGNS[state].sign}</span>
          <span>
            {stageWords(stage)}
            <span class="sr-only">, {SIGNS[state].words}</span>
            {state === "now" && (
              <span class="stage-now">
                <Meter share={job.progress} label={stageWords(stage)} /> <span class="num">{percent(job.progress ?? 0)}</span>
              </span>
            )}
          </span>
        </li>
      ))}
    </ol>
  );
}
