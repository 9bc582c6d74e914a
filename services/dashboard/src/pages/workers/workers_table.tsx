/** The workers heard of lately, and what each is doing. */
import { useEffect, useState } from "preact/hooks";
import { get } from "../../api/client";
import { useResource } from "../../api/resource";
import type { Job, JobWithAttempts, Page, Worker } from "../../api/types";
import { jobTitle } from "../../parts/job_name";
import { Meter } from "../../parts/meter";
import { Empty, Loading, ProblemNotice } from "../../parts/notice";
import { type Column, Table } from "../../parts/table";
import { When } from "../../parts/when";
import { KIND_WORDS, stageWords } from "../../words/jobs";

/** A job names its worker only in its attempts, so running jobs are asked for one by one, and not more than this. */
const ASKED_MAX = 24;

export function WorkersTable() {
  const workers = useResource<{ items: Worker[] }>("/v1/workers", { everyMs: 5_000 });
  const running = useResource<Page<Job>>("/v1/jobs?state=running&limit=100", { everyMs: 10_000, on: () => true, gapMs: 1500 });
  const workerOf = useWorkerOf(running.value?.items ?? []);
  if (workers.problem && !workers.value) return <ProblemNotice problem={workers.problem} retry={workers.reload} />;
  if (!workers.value) return <Loading />;
  if (workers.value.items.length === 0) {
    return (
      <Empty title="No worker was heard of in the last two minutes.">
        Start one: <code>toccata dev</code> brings its own, a cluster runs <code>labeler</code> and <code>trainer</code>.
      </Empty>
    );
  }
  const jobOf = (worker: Worker): Job[] => (running.value?.items ?? []).filter((job) => workerOf.get(job.id) === worker.id);
  const columns: Column<Worker>[] = [
    { name: "Worker", head: true, cell: (worker) => <span title={worker.id}>{worker.name}</span> },
    { name: "Device", cell: (worker) => <code>{worker.device}</code> },
    { name: "Does", prose: true, cell: (worker) => <span class="muted">{worker.kinds.map((kind) => KIND_WORDS[kind]).join(", ")}</span> },
    { name: "Now", wide: true, cell: (worker) => <Doing worker={worker} jobs={jobOf(worker)} /> },
    { name: "Heartbeat", figure: true, cell: (worker) => <When ms={worker.seen_ms} /> },
    { name: "Up since", figure: true, cell: (worker) => <When ms={worker.started_ms} /> },
    { name: "Version", figure: true, cell: (worker) => <code>{worker.version}</code> },
  ];
  return <Table label="Workers" columns={columns} rows={workers.value.items} keyOf={(worker) => worker.id} />;
}

function Doing({ worker, jobs }: { worker: Worker; jobs: readonly Job[] }) {
  if (jobs.length === 0) return <span class="muted">{worker.draining ? "Draining: takes no more jobs" : "Idle"}</span>;
  return (
    <>
      {jobs.map((job) => (
        <div key={job.id} class="doing">
          <a href={`/jobs/${job.id}`}>{job.stage ? stageWords(job.stage) : KIND_WORDS[job.kind]}</a>
          <Meter share={job.progress} label={`Progress of ${jobTitle(job)}`} />
          <span class="muted ellipsis">{jobTitle(job)}</span>
        </div>
      ))}
    </>
  );
}

function useWorkerOf(jobs: readonly Job[]): Map<string, string> {
  const [known, setKnown] = useState(new Map<string, string>());
  const wanted = jobs.map((job) => job.id).slice(0, ASKED_MAX);
  const list = wanted.join(" ");
  useEffect(() => {
    const stop = new AbortController();
    const ask = async (id: string): Promise<[string, string] | null> => {
      try {
        const attempt = (await get<JobWithAttempts>(`/v1/jobs/${id}`, stop.signal)).attempts.at(-1);
        return attempt ? [id, attempt.worker] : null;
      } catch {
        return null;
      }
    };
    void Promise.all(wanted.map(ask)).then((found) => {
      if (!stop.signal.aborted) setKnown(new Map(found.filter((one) => one !== null)));
    });
    return () => stop.abort();
  }, [list]);
  return known;
}
