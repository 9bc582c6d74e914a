/** Jobs, one a row. With `selection`, rows can be chosen for acting on many at once. */
import type { Signal } from "@preact/signals";
import type { Job } from "../../api/types";
import { percent } from "../../format/figures";
import { StateBadge } from "../../parts/badge";
import { FailureCell } from "../../parts/failure";
import { JobName, jobTitle } from "../../parts/job_name";
import { Meter } from "../../parts/meter";
import { type Column, Table } from "../../parts/table";
import { When } from "../../parts/when";
import { KIND_WORDS, stageWords } from "../../words/jobs";

interface JobsTableProps {
  jobs: readonly Job[];
  selection?: Signal<ReadonlySet<string>>;
}

export function JobsTable({ jobs, selection }: JobsTableProps) {
  const columns: Column<Job>[] = [
    { name: "Job", head: true, wide: true, cell: (job) => <JobName job={job} /> },
    { name: "State", cell: (job) => <StateBadge state={job.state} /> },
    { name: "Kind", cell: (job) => KIND_WORDS[job.kind] },
    { name: "Progress or reason", cell: (job) => <Standing job={job} /> },
    { name: "Submitted", figure: true, cell: (job) => <When ms={job.created_ms} /> },
    { name: "Ended", figure: true, cell: (job) => <When ms={job.finished_ms} /> },
  ];
  if (selection) columns.unshift({ name: "Choose", quiet: true, cell: (job) => <Choice job={job} selection={selection} /> });
  const isChosen = (job: Job): string => (selection?.value.has(job.id) ? "chosen" : "");
  return <Table label="Jobs" columns={columns} rows={jobs} keyOf={(job) => job.id} rowClass={isChosen} />;
}

function Standing({ job }: { job: Job }) {
  if (job.state === "running" && job.stage) {
    return (
      <span class="standing">
        <span class="ellipsis">{stageWords(job.stage)}</span>
        <Meter share={job.progress} label={`Progress of ${jobTitle(job)}`} />
        <span class="num">{percent(job.progress ?? 0)}</span>
      </span>
    );
  }
  if (job.state === "retryable") {
    return (
      <span>
        <FailureCell failure={job.failure} /> <span class="muted">· <When ms={job.run_at_ms} /></span>
      </span>
    );
  }
  if (job.state === "completed") {
    if (job.performance) return <a href={`/performances/${job.performance}`}>Performance</a>;
    if (job.kind === "train_policy") return <a href={`/policies/${job.id}`}>Policy</a>;
  }
  return <FailureCell failure={job.failure} />;
}

function Choice({ job, selection }: { job: Job; selection: Signal<ReadonlySet<string>> }) {
  return (
    <label class="choice">
      <input
        type="checkbox"
        checked={selection.value.has(job.id)}
        onChange={(event) => {
          const chosen = new Set(selection.value);
          if (event.currentTarget.checked) chosen.add(job.id);
          else chosen.delete(job.id);
          selection.value = chosen;
        }}
      />
      <span class="sr-only">Choose {jobTitle(job)}</span>
    </label>
  );
}
