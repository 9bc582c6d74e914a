/** Policies: training jobs and how good each became. */
import { useEffect, useState } from "preact/hooks";
import { get } from "../../api/client";
import { usePaged } from "../../api/paged";
import type { Job } from "../../api/types";
import { percent } from "../../format/figures";
import { StateBadge } from "../../parts/badge";
import { FailureCell } from "../../parts/failure";
import { jobTitle } from "../../parts/job_name";
import { Meter } from "../../parts/meter";
import { Empty, Loading, ProblemNotice } from "../../parts/notice";
import { Page } from "../../parts/page";
import { Pager } from "../../parts/pager";
import { Panel } from "../../parts/panel";
import { type Column, Table } from "../../parts/table";
import { When } from "../../parts/when";
import { stageWords } from "../../words/jobs";
import type { Metrics } from "./metrics";

export function PoliciesPage(_: { id: string }) {
  const list = usePaged<Job>("/v1/jobs?kind=train_policy&limit=20", { everyMs: 15_000, on: () => true, gapMs: 1500 });
  const jobs = list.value?.items ?? [];
  const metrics = useMetrics(jobs.filter((job) => job.state === "completed").map((job) => job.id));
  const figure = (name: string, of: (one: Metrics) => string): Column<Job> => ({
    name,
    figure: true,
    cell: (job) => {
      const one = metrics.get(job.id);
      return one ? of(one) : <span class="muted nil">–</span>;
    },
  });
  const columns: Column<Job>[] = [
    { name: "Piece", head: true, wide: true, cell: (job) => <a class="job-name" href={`/policies/${job.id}`} title={job.id}>{jobTitle(job)}</a> },
    { name: "State", cell: (job) => <Standing job={job} /> },
    figure("F1", (one) => percent(one.frame.f1, 1)),
    figure("Precision", (one) => percent(one.frame.precision, 1)),
    figure("Recall", (one) => percent(one.frame.recall, 1)),
    figure("Note F1", (one) => percent(one.notes.from_frames.onset_50_ms.f1, 1)),
    figure("By the labelled finger", (one) => percent(one.fingers.by_labelled_finger, 1)),
    figure("From the person", (one) => (one.naturalness.distance_to_person_mm === null ? "–" : `${one.naturalness.distance_to_person_mm.toFixed(1)} mm`)),
    { name: "Submitted", figure: true, cell: (job) => <When ms={job.created_ms} /> },
  ];
  return (
    <Page title="Policies" sub={<span>How two simulated hands play what was labelled</span>}>
      {list.problem && !list.value && <ProblemNotice problem={list.problem} retry={list.reload} />}
      <Panel title="Newest first" flush>
        {list.value === undefined ? (
          <Loading lines={5} />
        ) : jobs.length > 0 ? (
          <Table label="Policies" columns={columns} rows={jobs} keyOf={(job) => job.id} />
        ) : (
          <Empty title="No policy was trained yet.">
            Choose <em>Train a policy</em> when you <a href="/submit">submit a video</a>.
          </Empty>
        )}
      </Panel>
      <Pager list={list} what="policies" />
    </Page>
  );
}

function Standing({ job }: { job: Job }) {
  if (job.state === "running" && job.stage) {
    return (
      <span class="standing">
        <span>{stageWords(job.stage)}</span>
        <Meter share={job.progress} label={stageWords(job.stage)} />
      </span>
    );
  }
  return (
    <span class="standing">
      <StateBadge state={job.state} />
      {job.failure && job.state !== "completed" && <FailureCell failure={job.failure} />}
    </span>
  );
}

/** The API has no list of figures, so each completed job's `metrics.json` is asked for, once. */
function useMetrics(ids: readonly string[]): Map<string, Metrics> {
  const [known, setKnown] = useState(new Map<string, Metrics>());
  const wanted = ids.filter((id) => !known.has(id)).join(" ");
  useEffect(() => {
    if (!wanted) return undefined;
    const stop = new AbortController();
    const ask = async (id: string): Promise<[string, Metrics] | null> => get<Metrics>(`/v1/jobs/${id}/artifacts/metrics.json`, stop.signal).then((one): [string, Metrics] => [id, one], () => null);
    void Promise.all(wanted.split(" ").map(ask)).then((found) => {
      if (!stop.signal.aborted) setKnown((before) => new Map([...before, ...found.filter((one) => one !== null)]));
    });
    return () => stop.abort();
  }, [wanted]);
  return known;
}
