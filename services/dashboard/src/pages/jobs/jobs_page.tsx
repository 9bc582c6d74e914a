/** All jobs: filtered, paged, and acted on in bulk. */
import { useSignal } from "@preact/signals";
import { useEffect, useState } from "preact/hooks";
import { withQuery } from "../../api/client";
import { usePaged } from "../../api/paged";
import { useResource } from "../../api/resource";
import type { Job, Page as PageOf } from "../../api/types";
import { Confirm } from "../../parts/dialog";
import { CancelIcon, RetryIcon } from "../../parts/icons";
import { Empty, Loading, ProblemNotice } from "../../parts/notice";
import { Page } from "../../parts/page";
import { Pager } from "../../parts/pager";
import { Panel } from "../../parts/panel";
import { reasons } from "../overview/recent";
import { type Act, type Done, actOnMany } from "./act_on_many";
import { chosenFilters, Filters } from "./filters";
import { JobsTable } from "./jobs_table";

const ROWS = 50;
const canCancel = (job: Job): boolean => ["available", "running", "retryable"].includes(job.state);
const canRetry = (job: Job): boolean => ["cancelled", "discarded"].includes(job.state);

export function JobsPage() {
  const chosen = chosenFilters();
  const path = withQuery("/v1/jobs", { ...chosen, limit: ROWS });
  const list = usePaged<Job>(path, { everyMs: 15_000, on: () => true, gapMs: 1500 });
  const ended = useResource<PageOf<Job>>("/v1/jobs?state=discarded,retryable&limit=200", { everyMs: 60_000 });
  const selection = useSignal<ReadonlySet<string>>(new Set());
  const jobs = list.value?.items ?? [];
  useEffect(() => {
    selection.value = new Set();
  }, [path]);
  const filtered = Object.values(chosen).some(Boolean);
  return (
    <Page title="Jobs" actions={<a class="button primary" href="/submit">Submit videos</a>}>
      <Filters codes={reasons(ended.value?.items ?? []).map((one) => one.code)} />
      {list.problem && !list.value && <ProblemNotice problem={list.problem} retry={list.reload} />}
      <Panel title={filtered ? "Jobs that match, newest first" : "Newest first"} flush aside={<Bulk jobs={jobs} chosen={selection.value} choose={(ids) => (selection.value = ids)} reload={list.reload} />}>
        {list.value === undefined ? (
          <Loading lines={10} />
        ) : jobs.length > 0 ? (
          <JobsTable jobs={jobs} selection={selection} />
        ) : filtered ? (
          <Empty title="No job matches.">
            <a href="/jobs">Clear the filters</a> to see all jobs.
          </Empty>
        ) : (
          <Empty title="No jobs yet.">
            <a href="/submit">Submit a video</a> and follow it here.
          </Empty>
        )}
      </Panel>
      <Pager list={list} what="jobs" />
    </Page>
  );
}

interface BulkProps {
  jobs: readonly Job[];
  chosen: ReadonlySet<string>;
  choose: (ids: ReadonlySet<string>) => void;
  reload: () => void;
}

/** What can be done with the rows that are chosen. */
function Bulk({ jobs, chosen, choose, reload }: BulkProps) {
  const [asked, setAsked] = useState<Act | null>(null);
  const [at, setAt] = useState<{ done: number; of: number } | null>(null);
  const [result, setResult] = useState<Done | null>(null);
  const cancellable = jobs.filter((job) => chosen.has(job.id) && canCancel(job)).map((job) => job.id);
  const retryable = jobs.filter((job) => chosen.has(job.id) && canRetry(job)).map((job) => job.id);
  const all = jobs.length > 0 && jobs.every((job) => chosen.has(job.id));
  const run = async (act: Act): Promise<void> => {
    const ids = act === "cancel" ? cancellable : retryable;
    setResult(null);
    setAt({ done: 0, of: ids.length });
    setResult(await actOnMany(act, ids, (done) => setAt({ done, of: ids.length })));
    setAt(null);
    choose(new Set());
    reload();
  };
  const wanted = asked === "cancel" ? cancellable.length : retryable.length;
  return (
    <div class="bulk">
      <span role="status">
        {at && `${at.done} of ${at.of} done`}
        {!at && result && `${result.succeeded} done${result.refused.length > 0 ? `, ${result.refused.length} refused: ${result.refused[0]?.problem.detail}` : ""}`}
        {!at && !result && chosen.size > 0 && `${chosen.size} chosen`}
      </span>
      <label class="choice">
        <input type="checkbox" checked={all} disabled={jobs.length === 0} onChange={() => choose(all ? new Set() : new Set(jobs.map((job) => job.id)))} /> Choose all on this page
      </label>
      <button type="button" class="button" disabled={retryable.length === 0 || at !== null} onClick={() => setAsked("retry")}>
        <RetryIcon /> Retry {retryable.length || ""}
      </button>
      <button type="button" class="button" disabled={cancellable.length === 0 || at !== null} onClick={() => setAsked("cancel")}>
        <CancelIcon /> Cancel {cancellable.length || ""}
      </button>
      {asked && (
        <Confirm title={`${asked === "cancel" ? "Cancel" : "Retry"} ${wanted} ${wanted === 1 ? "job" : "jobs"}?`} act={asked === "cancel" ? "Cancel them" : "Retry them"} danger={asked === "cancel"} onAct={() => void run(asked)} close={() => setAsked(null)}>
          <p>{asked === "cancel" ? "Waiting jobs end at once, running ones within seconds. They can be retried later." : "They are tried again from the last finished stage, with fresh counts."}</p>
        </Confirm>
      )}
    </div>
  );
}
