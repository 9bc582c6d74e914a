/** One job: where it stands, why it did not succeed, its attempts and files. */
import { useState } from "preact/hooks";
import { cancelJob, retryJob } from "../../api/client";
import { type Problem, problemOf } from "../../api/problem";
import { useResource } from "../../api/resource";
import type { JobWithAttempts } from "../../api/types";
import { StateBadge } from "../../parts/badge";
import { Confirm } from "../../parts/dialog";
import { FailureText } from "../../parts/failure";
import { CancelIcon, RetryIcon } from "../../parts/icons";
import { jobTitle } from "../../parts/job_name";
import { Empty, Loading, ProblemNotice } from "../../parts/notice";
import { Page } from "../../parts/page";
import { Panel } from "../../parts/panel";
import { When } from "../../parts/when";
import { KIND_WORDS, STATE_WORDS } from "../../words/jobs";
import { Artifacts } from "./artifacts";
import { Attempts } from "./attempts";
import { Stages } from "./stages";

const ENDED = ["completed", "cancelled", "discarded"];

export function JobPage({ id }: { id: string }) {
  const job = useResource<JobWithAttempts>(`/v1/jobs/${id}`, { everyMs: 15_000, on: (_, event) => event.job === id, gapMs: 400 });
  const [asked, setAsked] = useState(false);
  const [failed, setFailed] = useState<Problem>();
  if (!job.value) return <Page title="Job" above={{ href: "/jobs", name: "Jobs" }}>{job.problem ? <ProblemNotice problem={job.problem} retry={job.reload} /> : <Loading />}</Page>;
  const { value } = job;
  const act = (doing: Promise<unknown>): void => {
    setFailed(undefined);
    doing.then(job.reload, (error: unknown) => setFailed(problemOf(error)));
  };
  const ended = ENDED.includes(value.state);
  return (
    <Page
      title={jobTitle(value)}
      above={{ href: "/jobs", name: "Jobs" }}
      sub={
        <>
          <span aria-live="polite"><StateBadge state={value.state} /></span>
          <span>{KIND_WORDS[value.kind]}</span>
          <span>submitted <When ms={value.created_ms} /></span>
          {value.finished_ms && <span>ended <When ms={value.finished_ms} /></span>}
          {value.state === "retryable" && <span>next try <When ms={value.run_at_ms} /></span>}
        </>
      }
      actions={
        <>
          {value.performance && <a class="button primary" href={`/performances/${value.performance}`}>Open the performance</a>}
          {value.kind === "train_policy" && value.state === "completed" && <a class="button primary" href={`/policies/${id}`}>Open the policy</a>}
          {(value.state === "discarded" || value.state === "cancelled") && <button type="button" class="button" onClick={() => act(retryJob(id))}><RetryIcon /> Retry</button>}
          {!ended && <button type="button" class="button" disabled={value.cancel_requested} onClick={() => setAsked(true)}><CancelIcon /> {value.cancel_requested ? "Being cancelled" : "Cancel"}</button>}
        </>
      }
    >
      {failed && <ProblemNotice problem={failed} />}
      {value.failure && value.state !== "completed" && (
        <section class={`notice ${value.state === "discarded" ? "notice-bad" : "notice-warn"}`} aria-label="Why it did not succeed">
          <FailureText failure={value.failure} />
        </section>
      )}
      <div class="grid job-grid">
        <Panel title="Stages">
          <Stages job={value} />
        </Panel>
        <Panel title="Attempts" class="span-2" flush>
          {value.attempts.length > 0 ? <Attempts job={value} /> : <Empty title="No attempt yet.">{STATE_WORDS[value.state].meaning}.</Empty>}
        </Panel>
        <Panel title="Facts">
          <Facts job={value} />
        </Panel>
        <Panel title="Files" class="span-2" flush>
          <Artifacts job={id} />
        </Panel>
      </div>
      {asked && (
        <Confirm title="Cancel this job?" act="Cancel the job" danger onAct={() => act(cancelJob(id))} close={() => setAsked(false)}>
          <p>It ends without a result: at once if it waits, within seconds if it runs. It can be retried later.</p>
        </Confirm>
      )}
    </Page>
  );
}

function Facts({ job }: { job: JobWithAttempts }) {
  const options = Object.entries(job.options as Record<string, unknown>);
  return (
    <dl class="facts">
      <dt>Id</dt>
      <dd><code>{job.id}</code></dd>
      {job.source && (
        <>
          <dt>Video</dt>
          <dd>
            {job.source.url ? <a href={job.source.url} rel="noopener noreferrer" target="_blank">{job.source.url}</a> : <code>{job.source.name ?? job.source.id}</code>}{" "}
            <a class="small" href={`/jobs?source=${job.source.id}`}>all its jobs</a>
          </dd>
        </>
      )}
      <dt>Urgency</dt>
      <dd>{job.class}</dd>
      <dt>Failed attempts</dt>
      <dd>{job.failures}{job.losses > 0 && `, ${job.losses} lost workers`}</dd>
      {options.map(([name, value]) => (
        <>
          <dt key={name}>{name}</dt>
          <dd>{typeof value === "object" ? <code>{JSON.stringify(value)}</code> : value === true ? "yes" : String(value)}</dd>
        </>
      ))}
    </dl>
  );
}
