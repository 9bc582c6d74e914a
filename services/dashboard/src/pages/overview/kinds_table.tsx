/** Jobs by kind and state. Waiting and running are counted by the API; the rest among the newest jobs. */
import { JOB_KINDS, type Job, type JobKind, type JobState, type Scaling } from "../../api/types";
import { count } from "../../format/figures";
import { duration } from "../../format/time";
import { type Column, Table } from "../../parts/table";
import { withQuery } from "../../api/client";
import { KIND_WORDS, STATE_WORDS } from "../../words/jobs";
import { byKindAndState } from "./recent";

interface Row {
  kind: JobKind;
  scaling: Scaling | undefined;
  states: Map<JobState, number>;
}

/** States that the API does not count. */
const COUNTED_HERE: readonly JobState[] = ["retryable", "completed", "discarded", "cancelled"];

export function KindsTable({ jobs, scaling }: { jobs: readonly Job[]; scaling: readonly Scaling[] }) {
  const counts = byKindAndState(jobs);
  const rows: Row[] = JOB_KINDS.map((kind) => ({ kind, scaling: scaling.find((one) => one.kind === kind), states: counts.get(kind) ?? new Map() }));
  const shown = rows.filter((row) => row.states.size > 0 || (row.scaling?.wanted ?? 0) > 0 || row.kind === "label_performance");
  const columns: Column<Row>[] = [
    { name: "Kind", head: true, cell: (row) => KIND_WORDS[row.kind] },
    { name: STATE_WORDS.available.name, figure: true, cell: (row) => figure(row.scaling?.claimable ?? 0, row.kind, "available") },
    { name: "Oldest", figure: true, cell: (row) => (row.scaling?.claimable ? duration(row.scaling.oldest_claimable_secs) : <span class="muted nil">–</span>) },
    { name: STATE_WORDS.running.name, figure: true, cell: (row) => figure(row.scaling?.running ?? 0, row.kind, "running") },
    ...COUNTED_HERE.map((state): Column<Row> => ({ name: STATE_WORDS[state].name, figure: true, cell: (row) => figure(row.states.get(state) ?? 0, row.kind, state) })),
  ];
  return <Table label="Jobs by kind and state" columns={columns} rows={shown} keyOf={(row) => row.kind} />;
}

function figure(jobs: number, kind: JobKind, state: JobState) {
  if (jobs === 0) return <span class="muted nil">0</span>;
  return <a href={withQuery("/jobs", { state, kind })}>{count(jobs)}</a>;
}
