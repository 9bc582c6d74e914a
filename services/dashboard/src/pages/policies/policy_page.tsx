/** A policy: its figures, its rollout in step with the roll, and what it missed. */
import { useCallback, useEffect, useMemo, useState } from "preact/hooks";
import { type Problem, problemOf } from "../../api/problem";
import { useResource } from "../../api/resource";
import type { Artifact, Job } from "../../api/types";
import { count, percent } from "../../format/figures";
import { StateBadge } from "../../parts/badge";
import { FailureText } from "../../parts/failure";
import { jobTitle } from "../../parts/job_name";
import { Empty, Loading, ProblemNotice } from "../../parts/notice";
import { Page } from "../../parts/page";
import { Panel } from "../../parts/panel";
import { Stat } from "../../parts/stat";
import { Stage } from "../../roll/stage";
import "../../styles/performance.css";
import "../../styles/policies.css";
import { Film } from "../performance/film";
import { FingerLegend } from "../performance/finger_sign";
import { RollView } from "../performance/roll_view";
import { ShortcutsDialog, useShortcuts } from "../performance/shortcuts";
import { Transport } from "../performance/transport";
import { CurveChart } from "./curve";
import { type Metrics, actorWords } from "./metrics";
import { type Rollout, loadRollout } from "./rollout";

export function PolicyPage({ id }: { id: string }) {
  const mine = (_: string, event: { job: string }): boolean => event.job === id;
  const job = useResource<Job>(`/v1/jobs/${id}`, { everyMs: 15_000, on: mine, gapMs: 500 });
  const files = useResource<{ items: Artifact[] }>(`/v1/jobs/${id}/artifacts`, { on: (name, event) => name === "job.completed" && event.job === id });
  const items = files.value?.items ?? [];
  const has = (name: string): boolean => items.some((file) => file.name === name);
  const metrics = useResource<Metrics>(has("metrics.json") ? `/v1/jobs/${id}/artifacts/metrics.json` : null);
  const above = { href: "/policies", name: "Policies" };
  if (!job.value) return <Page title="Policy" above={above}>{job.problem ? <ProblemNotice problem={job.problem} retry={job.reload} /> : <Loading />}</Page>;
  const { value } = job;
  const figures = metrics.value;
  return (
    <Page
      title={jobTitle(value)}
      above={above}
      sub={<><StateBadge state={value.state} />{figures && <span>{actorWords(figures.actor)}</span>}{figures?.diverged && <strong>The physics broke down before the end</strong>}</>}
      actions={<a class="button" href={`/jobs/${id}`}>The job and its files</a>}
    >
      {value.failure && value.state !== "completed" && <section class="notice notice-bad" aria-label="Why it did not succeed"><FailureText failure={value.failure} /></section>}
      {metrics.problem && !figures && <ProblemNotice problem={metrics.problem} />}
      {figures && <Figures metrics={figures} />}
      {figures && has("rollout.mid") && has("score.pig.txt") && <Played files={`/v1/jobs/${id}/artifacts`} metrics={figures} film={items.find((file) => file.name === "rollout.mp4")} title={jobTitle(value)} />}
      {!figures && value.state !== "completed" && !value.failure && <Empty title="It is not trained yet."><a href={`/jobs/${id}`}>Follow the job</a></Empty>}
      {figures && (
        <div class="grid">
          <Panel title="F1 by passage" class="span-2"><Passages metrics={figures} /></Panel>
          <Panel title="Reward, means over steps"><Reward reward={figures.reward} /></Panel>
          {has("curve.csv") && <Panel title="Training" class="span-3"><CurveChart path={`/v1/jobs/${id}/artifacts/curve.csv`} /></Panel>}
        </div>
      )}
    </Page>
  );
}

function Figures({ metrics }: { metrics: Metrics }) {
  const { frame, notes, fingers, naturalness } = metrics;
  const person = naturalness.distance_to_person_mm;
  return (
    <dl class="stats">
      <Stat name="F1 of frames" value={percent(frame.f1, 1)} note={`where notes are due ${percent(metrics.frame_where_due.f1, 1)}`} />
      <Stat name="Precision" value={percent(frame.precision, 1)} note="of what sounded" />
      <Stat name="Recall" value={percent(frame.recall, 1)} note="of what was due" />
      <Stat name="Note F1, 50 ms" value={percent(notes.from_frames.onset_50_ms.f1, 1)} note={`${count(notes.from_frames.notes)} of ${count(notes.due)} notes`} />
      <Stat name="By the labelled finger" value={percent(fingers.by_labelled_finger, 1)} note={`${count(fingers.strokes)} strokes`} />
      <Stat name="From the person's fingertips" value={person === null ? "–" : `${person.toFixed(1)} mm`} note={`jerk ${count(naturalness.jerk_meters_per_sec3)} m/s³`} />
    </dl>
  );
}

function Played({ files, metrics, film, title }: { files: string; metrics: Metrics; film: Artifact | undefined; title: string }) {
  const [rollout, setRollout] = useState<Rollout>();
  const [problem, setProblem] = useState<Problem>();
  useEffect(() => {
    let gone = false;
    loadRollout(files, metrics).then(
      (loaded) => !gone && setRollout(loaded),
      (error: unknown) => !gone && setProblem(problemOf(error)),
    );
    return () => {
      gone = true;
    };
  }, [files, metrics]);
  const stage = useMemo(() => (rollout ? new Stage(rollout.decoded) : null), [rollout]);
  const [asksHelp, setAsksHelp] = useState(false);
  const help = useCallback(() => setAsksHelp(true), []);
  useShortcuts(stage, help);
  useEffect(() => () => stage?.playhead.pause(), [stage]);
  if (problem) return <ProblemNotice problem={problem} />;
  if (!rollout || !stage) return <Loading lines={6} />;
  return (
    <div class="policy-player">
      <div class="perf-main">
        <RollView stage={stage} hands={null} label={`Piano roll of the rollout: ${rollout.missed} notes missed, ${rollout.falseKeys} false keys.`} />
        <Transport stage={stage} help={help} doubt="Missed" />
      </div>
      <aside class="perf-side" aria-label="The rollout">
        {film && <Panel title="Rollout" flush><Film path={film.path} stage={stage} label={`Rollout of ${title}`} /></Panel>}
        <Panel title="Missed and false keys">
          <dl class="facts">
            <dt>Missed</dt>
            <dd><strong>{count(rollout.missed)}</strong> <span class="muted">dashed and pale; the arrows under the roll lead from one to the next</span></dd>
            <dt>False keys</dt>
            <dd><strong>{count(rollout.falseKeys)}</strong> <span class="muted">grey, without a number</span></dd>
          </dl>
          <p class="small muted judged">Judged by onsets within 100 ms of the score.</p>
          <FingerLegend />
        </Panel>
      </aside>
      {asksHelp && <ShortcutsDialog close={() => setAsksHelp(false)} />}
    </div>
  );
}

function Passages({ metrics }: { metrics: Metrics }) {
  return (
    <ol class="passages">
      {metrics.passages.map((passage) => (
        <li key={passage.start_secs}>
          <span class="num muted">{passage.start_secs.toFixed(0)} s</span>
          <span class="passage-track" aria-hidden="true"><span style={{ transform: `scaleX(${passage.f1})` }} /></span>
          <span class="num">{percent(passage.f1, 1)}</span>
          <span class="num muted">{count(passage.notes)} notes</span>
        </li>
      ))}
    </ol>
  );
}

function Reward({ reward }: { reward: Record<string, number> }) {
  return (
    <dl class="facts">
      {Object.entries(reward).map(([term, value]) => [<dt key={term}>{term.replaceAll("_", " ")}</dt>, <dd key={`${term} value`} class="num">{value.toFixed(3)}</dd>])}
    </dl>
  );
}
