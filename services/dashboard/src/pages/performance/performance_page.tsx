/** A performance: the video in step with the roll, the keyboard from above, and the notes that are least certain. */
import { useCallback, useEffect, useMemo, useState } from "preact/hooks";
import { useResource } from "../../api/resource";
import type { Artifact, PerformanceSummary } from "../../api/types";
import { count, percent } from "../../format/figures";
import { position } from "../../format/time";
import { Download } from "../../parts/download";
import { Loading, ProblemNotice } from "../../parts/notice";
import { Page } from "../../parts/page";
import { Panel } from "../../parts/panel";
import type { Decoded } from "../../roll/decode";
import { useHands } from "../../roll/load_hands";
import { usePerformance } from "../../roll/load";
import { Stage } from "../../roll/stage";
import { performanceTitle } from "../performances/performance_title";
import "../../styles/performance.css";
import { DoubtfulList } from "./doubtful_list";
import { Film } from "./film";
import { FingerLegend } from "./finger_sign";
import { NoteFacts } from "./note_facts";
import { RollView } from "./roll_view";
import { ShortcutsDialog, useShortcuts } from "./shortcuts";
import { Transport } from "./transport";

export function PerformancePage({ id }: { id: string }) {
  const summary = useResource<PerformanceSummary>(`/v1/performances/${id}`);
  const job = summary.value?.job;
  const files = useResource<{ items: Artifact[] }>(job ? `/v1/jobs/${job}/artifacts` : null);
  const items = files.value?.items ?? [];
  const labels = items.find((file) => file.name === "performance.json");
  const loaded = usePerformance(labels?.path);
  const above = { href: "/performances", name: "Performances" };
  const problem = summary.value ? (files.problem ?? loaded.problem) : summary.problem;
  const title = summary.value ? performanceTitle(summary.value) : "Performance";
  return (
    <Page
      title={title}
      above={above}
      sub={summary.value && <Facts summary={summary.value} />}
      actions={
        summary.value && (
          <>
            <a class="button" href={`/jobs/${summary.value.job}`}>
              The job and its files
            </a>
            {labels && <Download path={labels.path} name={labels.name} />}
          </>
        )
      }
    >
      {problem && !loaded.decoded && <ProblemNotice problem={problem} retry={() => location.reload()} />}
      {files.value && !labels && (
        <ProblemNotice problem={{ type: "about:blank", title: "The labels are gone", status: 410, code: "artifact_missing", detail: "The job keeps no performance.json any more: its source may have been taken down.", errors: [], trace_id: "" }} />
      )}
      {!problem && !loaded.decoded && (!files.value || labels) && <Loading lines={10} />}
      {loaded.decoded && <Played decoded={loaded.decoded} files={items} title={title} />}
    </Page>
  );
}

function Facts({ summary }: { summary: PerformanceSummary }) {
  return (
    <>
      <span>{position(summary.duration_secs)}</span>
      <span>{count(summary.notes)} notes</span>
      <span>{summary.notes > 0 ? percent(summary.fingered_notes / summary.notes, 1) : "0 %"} with a finger</span>
      <span>mean confidence {percent(summary.mean_confidence, 1)}</span>
      {summary.uploader && <span>by {summary.uploader}</span>}
      <span>licence: {summary.licence ?? "not stated"}</span>
    </>
  );
}

function Played({ decoded, files, title }: { decoded: Decoded; files: readonly Artifact[]; title: string }) {
  const stage = useMemo(() => new Stage(decoded), [decoded]);
  const [asksHelp, setAsksHelp] = useState(false);
  const help = useCallback(() => setAsksHelp(true), []);
  useShortcuts(stage, help);
  useEffect(() => () => stage.playhead.pause(), [stage]);
  // A video that is kept is called `media`, whatever its type; the overlay comes first where there is one.
  const films = files.filter((file) => file.media_type.startsWith("video/") || file.name === "media").sort((a, b) => Number(a.name === "media") - Number(b.name === "media"));
  const [film, setFilm] = useState<string | null>(films[0]?.name ?? null);
  const shown = films.find((file) => file.name === film);
  const hands = useHands(files.find((file) => file.name === "hands.parquet"));
  const selected = stage.selected.value;
  const { notes } = decoded;
  return (
    <div class="perf">
      <div class="perf-main">
        {shown && <Film path={shown.path} stage={stage} label={`Video of ${title}`} />}
        <RollView stage={stage} hands={hands.state === "loaded" ? hands.hands : null} label={`Piano roll of ${title}: ${count(notes.length)} notes, coloured by finger, falling towards the keyboard. The list of doubtful notes says the same in text.`} />
        <Transport stage={stage} help={help} />
      </div>
      <aside class="perf-side" aria-label="Notes and facts">
        <Panel title={selected === null ? "No note chosen" : "Chosen note"}>
          <div aria-live="polite">{selected === null ? <p class="muted">Click a note on the roll, or choose one below.</p> : <NoteFacts notes={notes} index={selected} />}</div>
          <FingerLegend />
        </Panel>
        <Panel title="Least certain notes" flush class="perf-doubtful">
          <DoubtfulList stage={stage} />
        </Panel>
        <Panel title="About the labels">
          <About decoded={decoded} hands={handsWords(hands)} films={films} film={film} choose={setFilm} />
        </Panel>
      </aside>
      {asksHelp && <ShortcutsDialog close={() => setAsksHelp(false)} />}
    </div>
  );
}

function handsWords(hands: ReturnType<typeof useHands>): string {
  if (hands.state === "loaded") return "shown on the keyboard";
  if (hands.state === "loading") return "being loaded";
  return hands.state === "failed" ? `cannot be shown: ${hands.why}` : "not kept";
}

interface AboutProps {
  decoded: Decoded;
  hands: string;
  films: readonly Artifact[];
  film: string | null;
  choose: (film: string | null) => void;
}

function About({ decoded, hands, films, film, choose }: AboutProps) {
  return (
    <dl class="facts">
      <dt>Video</dt>
      <dd>
        {films.length === 0 ? (
          "not retained; the keyboard is drawn"
        ) : (
          <div class="segments" role="group" aria-label="Video">
            {films.map(({ name }) => (
              <button key={name} type="button" aria-pressed={film === name} onClick={() => choose(name)}>
                {name}
              </button>
            ))}
            <button type="button" aria-pressed={film === null} onClick={() => choose(null)}>
              none
            </button>
          </div>
        )}
      </dd>
      <dt>Fingertips</dt>
      <dd>{hands}</dd>
      <dt>Picture</dt>
      <dd>
        {decoded.video.width} × {decoded.video.height}, {Math.round(decoded.video.frames_per_second * 100) / 100} frames/s
      </dd>
      <dt>Keyboard</dt>
      <dd>
        {decoded.sections.length} {decoded.sections.length === 1 ? "section" : "sections"}, confidence {percent(Math.min(...decoded.sections.map((section) => section.confidence), 1), 1)}
      </dd>
      <dt>Models</dt>
      <dd>{decoded.models.map((model) => `${model.name} ${model.version} (${model.licence})`).join(", ")}</dd>
      <dt>Warnings</dt>
      <dd>{decoded.warnings.length === 0 ? "none" : decoded.warnings.map((warning) => <p key={warning.code}>{warning.message}</p>)}</dd>
    </dl>
  );
}
