/** What happens now: work, throughput, failures, batches, workers, cost. */
import { useResource } from "../../api/resource";
import type { Batch, Job, Page as PageOf, Scaling, Usage } from "../../api/types";
import { count, hours } from "../../format/figures";
import { duration } from "../../format/time";
import { Empty, Loading, ProblemNotice } from "../../parts/notice";
import { now } from "../../parts/now";
import { Page } from "../../parts/page";
import { Panel } from "../../parts/panel";
import { Stat } from "../../parts/stat";
import { BatchesTable } from "../batches/batches_table";
import { WorkersTable } from "../workers/workers_table";
import { KindsTable } from "./kinds_table";
import { ReasonsList } from "./reasons_list";
import { endedByMinute, reasons } from "./recent";
import { Throughput } from "./throughput";

/** The newest jobs that are looked at. */
const NEWEST = 500;
const MINUTES = 60;
/** A busy service tells of many jobs a second; the page is read by people. */
const GAP_MS = 2500;

const stateChanged = (name: string): boolean => name !== "job.progress";

export function OverviewPage() {
  const fresh = { everyMs: 20_000, on: stateChanged, gapMs: GAP_MS };
  const jobs = useResource<PageOf<Job>>(`/v1/jobs?limit=${NEWEST}`, fresh);
  const scaling = useResource<{ items: Scaling[] }>("/v1/scaling", { everyMs: 5_000, on: stateChanged, gapMs: 1000 });
  const batches = useResource<PageOf<Batch>>("/v1/batches?limit=20", fresh);
  const usage = useResource<{ items: Usage[] }>("/v1/usage?by=kind", { everyMs: 20_000, on: stateChanged, gapMs: GAP_MS });

  const items = jobs.value?.items ?? [];
  const kinds = scaling.value?.items ?? [];
  const bars = endedByMinute(items, now.value, MINUTES);
  const lastHour = bars.reduce((sum, bar) => sum + bar.completed, 0);
  const refusedLastHour = bars.reduce((sum, bar) => sum + bar.refused, 0);
  const sum = (of: (one: Scaling) => number): number => kinds.reduce((total, one) => total + of(one), 0);
  const oldest = Math.max(0, ...kinds.map((one) => one.oldest_claimable_secs));
  const spent = usage.value?.items ?? [];
  const used = spent.reduce((total, one) => total + one.cost.device_secs, 0);
  const lost = spent.reduce((total, one) => total + one.lost_wall_secs, 0);
  const lostAttempts = spent.reduce((total, one) => total + one.lost_attempts, 0);
  const all = jobs.value !== undefined && !jobs.value.next_cursor;
  const shownBatches = (batches.value?.items ?? []).filter((batch, index) => !batch.finished_ms || index < 5);
  const problem = [jobs, scaling, batches, usage].find((one) => one.problem && one.value === undefined)?.problem;

  return (
    <Page title="Overview" actions={<a class="button primary" href="/submit">Submit videos</a>}>
      {problem && <ProblemNotice problem={problem} />}
      <dl class="stats" aria-live="polite" aria-atomic="false">
        <Stat name="Running" value={count(sum((one) => one.running))} note={`${count(sum((one) => one.claimable))} waiting`} />
        <Stat name="Oldest waiting" value={sum((one) => one.claimable) > 0 ? duration(oldest) : "–"} note="age of the queue" />
        <Stat name="Completed, last hour" value={count(lastHour)} note={`${count(refusedLastHour)} refused`} />
        <Stat name="Device hours used" value={hours(used)} note={`${count(spent.reduce((total, one) => total + one.attempts, 0))} attempts`} />
        <Stat name="Hours lost to dead workers" value={hours(lost)} note={`${count(lostAttempts)} attempts lost`} />
      </dl>
      <div class="grid overview-grid">
        <Panel title="Work" class="span-2" flush aside={<span>{all ? `all ${count(items.length)} jobs` : `waiting and running: all jobs; the rest: newest ${NEWEST}`}</span>}>
          {jobs.value ? <KindsTable jobs={items} scaling={kinds} /> : <Loading />}
        </Panel>
        <Panel title="Failures by reason" aside={<a href="/jobs?state=discarded">All refused</a>}>
          {jobs.value ? <ReasonsList reasons={reasons(items).slice(0, 8)} hrefOf={(code) => `/jobs?code=${encodeURIComponent(code)}`} /> : <Loading />}
        </Panel>
        <Panel title="Throughput, last hour" class="span-2">
          <Throughput bars={bars} />
        </Panel>
        <Panel title="Batches" flush aside={<a href="/batches">All batches</a>}>
          {batches.value === undefined ? (
            <Loading />
          ) : shownBatches.length > 0 ? (
            <BatchesTable batches={shownBatches} brief />
          ) : (
            <Empty title="No batches yet.">
              <a href="/submit">Submit a list or a playlist</a> to begin one.
            </Empty>
          )}
        </Panel>
        <Panel title="Workers" class="span-3" flush aside={<a href="/workers">Workers and cost</a>}>
          <WorkersTable />
        </Panel>
      </div>
    </Page>
  );
}
