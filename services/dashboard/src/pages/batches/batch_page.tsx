/** A batch: how far it is, why some lines failed, and its lines. */
import { useState } from "preact/hooks";
import { cancelBatch, retryBatch } from "../../api/client";
import { usePaged } from "../../api/paged";
import { type Problem, problemOf } from "../../api/problem";
import { useResource } from "../../api/resource";
import type { Batch, BatchItem, Job } from "../../api/types";
import { count, percent } from "../../format/figures";
import { Confirm } from "../../parts/dialog";
import { CancelIcon, RetryIcon } from "../../parts/icons";
import { Meter } from "../../parts/meter";
import { Empty, Loading, ProblemNotice } from "../../parts/notice";
import { Page } from "../../parts/page";
import { Pager } from "../../parts/pager";
import { Panel } from "../../parts/panel";
import { Stat } from "../../parts/stat";
import { type Column, Table } from "../../parts/table";
import { When } from "../../parts/when";
import { STATE_WORDS } from "../../words/jobs";
import { reasonWords } from "../../words/reasons";
import { JobsTable } from "../jobs/jobs_table";
import { ReasonsList } from "../overview/reasons_list";
import { batchName, timeLeft } from "./batches_table";

const stateChanged = (name: string): boolean => name !== "job.progress";

export function BatchPage({ id }: { id: string }) {
  const batch = useResource<Batch>(`/v1/batches/${id}`, { everyMs: 10_000, on: stateChanged, gapMs: 1000 });
  const [asked, setAsked] = useState<"cancel" | "retry" | null>(null);
  const [failed, setFailed] = useState<Problem>();
  if (!batch.value) return <Page title="Batch">{batch.problem ? <ProblemNotice problem={batch.problem} retry={batch.reload} /> : <Loading />}</Page>;
  const { value } = batch;
  const { counts } = value;
  const unfinished = counts.available + counts.running + counts.retryable;
  const act = (doing: Promise<unknown>): void => {
    setFailed(undefined);
    doing.then(batch.reload, (error: unknown) => setFailed(problemOf(error)));
  };
  return (
    <Page
      title={batchName(value)}
      above={{ href: "/batches", name: "Batches" }}
      sub={<><code>{value.id}</code><span>submitted <When ms={value.created_ms} /></span></>}
      actions={
        <>
          <button type="button" class="button" disabled={counts.discarded === 0} onClick={() => setAsked("retry")}><RetryIcon /> Retry refused</button>
          <button type="button" class="button" disabled={unfinished === 0} onClick={() => setAsked("cancel")}><CancelIcon /> Cancel</button>
        </>
      }
    >
      {failed && <ProblemNotice problem={failed} />}
      <dl class="stats" aria-live="polite">
        <Stat name="Done" value={percent(value.percent / 100)} note={<Meter share={value.percent / 100} label="Share done" />} />
        <Stat name="Time left" value={timeLeft(value)} note={`${count(unfinished)} unfinished`} />
        <Stat name="Running" value={count(counts.running)} note={`${count(counts.available)} waiting, ${count(counts.retryable)} retrying`} />
        <Stat name="Completed" value={count(counts.completed)} note={`of ${count(counts.total)} lines`} />
        <Stat name="Refused" value={count(counts.discarded + counts.refused)} note={`${count(counts.refused)} before they began`} />
      </dl>
      <div class="grid">
        <Panel title="Jobs" class="span-2" flush>
          <BatchJobs id={id} />
        </Panel>
        <Panel title="Failures by reason">
          <ReasonsList reasons={value.failures} hrefOf={(code) => `/jobs?batch=${id}&code=${encodeURIComponent(code)}`} />
        </Panel>
      </div>
      {counts.refused > 0 && <RefusedLines id={id} />}
      {asked === "cancel" && (
        <Confirm title={`Cancel ${batchName(value)}?`} act="Cancel the batch" danger onAct={() => act(cancelBatch(id))} close={() => setAsked(null)}>
          <p>{count(unfinished)} unfinished jobs end now, except those that other batches share. What has completed stays.</p>
        </Confirm>
      )}
      {asked === "retry" && (
        <Confirm title="Retry the refused jobs?" act="Retry them" onAct={() => act(retryBatch(id))} close={() => setAsked(null)}>
          <p>{count(counts.discarded)} jobs that ended without a result are tried again, with fresh counts.</p>
        </Confirm>
      )}
    </Page>
  );
}

function BatchJobs({ id }: { id: string }) {
  const list = usePaged<Job>(`/v1/jobs?batch=${id}&limit=50`, { everyMs: 10_000, on: () => true, gapMs: 1500 });
  if (list.problem && !list.value) return <ProblemNotice problem={list.problem} retry={list.reload} />;
  if (!list.value) return <Loading />;
  if (list.value.items.length === 0) return <Empty title="No jobs yet.">A playlist is listed first; its videos appear here one by one.</Empty>;
  return (
    <>
      <JobsTable jobs={list.value.items} />
      <Pager list={list} what="jobs" />
    </>
  );
}

/** Lines that never became jobs. The API lists all lines together, so they are picked from the first thousand. */
function RefusedLines({ id }: { id: string }) {
  const lines = useResource<{ items: BatchItem[] }>(`/v1/batches/${id}/items?limit=1000`);
  const refused = (lines.value?.items ?? []).filter((item) => item.refusal);
  if (refused.length === 0) return null;
  const columns: Column<BatchItem>[] = [
    { name: "Line", figure: true, head: true, cell: (item) => item.position + 1 },
    { name: "Reason", cell: (item) => reasonWords(item.refusal?.code ?? "").title },
    { name: "Message", wide: true, cell: (item) => item.refusal?.message },
    { name: "State", cell: () => STATE_WORDS.discarded.name },
  ];
  return (
    <Panel title="Lines that are no videos" flush>
      <Table label="Refused lines" columns={columns} rows={refused} keyOf={(item) => String(item.position)} />
    </Panel>
  );
}
