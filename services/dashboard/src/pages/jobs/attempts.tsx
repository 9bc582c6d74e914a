/** Every attempt at a job on one line of time: waiting, then working. */
import type { JobWithAttempts } from "../../api/types";
import { bytes } from "../../format/figures";
import { duration, stamp } from "../../format/time";
import { now } from "../../parts/now";
import { type Column, Table } from "../../parts/table";
import { KIND_WORDS, OUTCOME_WORDS } from "../../words/jobs";
import { reasonWords } from "../../words/reasons";

type Attempt = JobWithAttempts["attempts"][number];

export function Attempts({ job }: { job: JobWithAttempts }) {
  const start_ms = job.created_ms;
  const end_ms = Math.max(start_ms + 1, job.finished_ms ?? now.value, ...job.attempts.map((attempt) => attempt.ended_ms ?? now.value));
  const at = (ms: number): number => ((ms - start_ms) / (end_ms - start_ms)) * 1000;
  const columns: Column<Attempt>[] = [
    { name: "Attempt", head: true, cell: (attempt) => <span>{attempt.fence}. {KIND_WORDS[attempt.kind]}</span> },
    { name: "Outcome", cell: (attempt) => <Outcome attempt={attempt} /> },
    { name: "Waited", figure: true, cell: (attempt) => duration(attempt.queued_ms / 1000) },
    { name: "Worked", figure: true, cell: (attempt) => duration(((attempt.ended_ms ?? now.value) - attempt.started_ms) / 1000) },
    { name: "CPU", figure: true, cell: (attempt) => duration(attempt.cost.cpu_secs) },
    { name: "Memory", figure: true, cell: (attempt) => bytes(attempt.cost.peak_memory_bytes) },
    { name: "Worker", figure: true, cell: (attempt) => <span class="muted"><code>{attempt.device}</code> <code title={attempt.worker}>…{attempt.worker.slice(-6)}</code></span> },
  ];
  return (
    <>
      <div class="lanes" aria-hidden="true">
        <svg viewBox={`0 0 1000 ${job.attempts.length * 14 + 2}`} preserveAspectRatio="none" height={job.attempts.length * 14 + 2}>
          {job.attempts.map((attempt, index) => {
            const begun = at(attempt.started_ms);
            const ended = at(attempt.ended_ms ?? now.value);
            const queued = at(Math.max(start_ms, attempt.started_ms - attempt.queued_ms));
            return (
              <g key={attempt.fence}>
                <title>{`${KIND_WORDS[attempt.kind]} from ${stamp(attempt.started_ms)}`}</title>
                <rect class="lane-waited" x={queued} y={index * 14 + 5} width={Math.max(0, begun - queued)} height="4" />
                <rect class={`lane-worked outcome-${attempt.outcome ?? "running"}`} x={Math.min(begun, 997)} y={index * 14 + 1} width={Math.max(3, ended - begun)} height="12" />
              </g>
            );
          })}
        </svg>
        <div class="lanes-ends">
          <span>{stamp(start_ms)}</span>
          <span>+ {duration((end_ms - start_ms) / 1000)}</span>
        </div>
      </div>
      <Table label="Attempts" columns={columns} rows={job.attempts} keyOf={(attempt) => String(attempt.fence)} />
    </>
  );
}

function Outcome({ attempt }: { attempt: Attempt }) {
  if (!attempt.outcome) return <span>Working</span>;
  return (
    <span title={attempt.failure_code ?? undefined}>
      {OUTCOME_WORDS[attempt.outcome] ?? attempt.outcome}
      {attempt.failure_code && <span class="muted">: {reasonWords(attempt.failure_code).title}</span>}
    </span>
  );
}
