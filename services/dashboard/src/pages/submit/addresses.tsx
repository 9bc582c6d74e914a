/** Addresses, one a line: what will be fetched is said while typing. */
import { useMemo, useState } from "preact/hooks";
import { submitAddress, submitBatch } from "../../api/client";
import { type Problem, problemOf } from "../../api/problem";
import type { Options } from "../../api/types";
import { count } from "../../format/figures";
import { ProblemNotice } from "../../parts/notice";
import { Panel } from "../../parts/panel";
import { go } from "../../router";
import { reasonWords } from "../../words/reasons";
import { chosenOptions } from "./options_fields";
import { type Tally, readLines, tally } from "./lines";

const REFUSED_SHOWN = 5;

export function Addresses({ options }: { options: Options }) {
  const [text, setText] = useState("");
  const [name, setName] = useState("");
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem>();
  const lines = useMemo(() => readLines(text), [text]);
  const sums = tally(lines);
  const onlyPlaylist = lines.length === 1 && sums.playlists === 1;
  const single = lines.length === 1 && sums.videos === 1;
  const mixed = sums.playlists > 0 && !onlyPlaylist;
  const submit = async (): Promise<void> => {
    setBusy(true);
    setProblem(undefined);
    const chosen = chosenOptions(options);
    const named = name.trim() ? { name: name.trim() } : {};
    const first = lines[0]?.text ?? "";
    try {
      if (single) go(`/jobs/${(await submitAddress(first, chosen)).id}`);
      else if (onlyPlaylist) go(`/batches/${(await submitBatch({ ...named, url: first, options: chosen })).id}`);
      else go(`/batches/${(await submitBatch({ ...named, urls: lines.filter((line) => !line.duplicate).map((line) => line.text), options: chosen })).id}`);
    } catch (error) {
      setProblem(problemOf(error));
    }
    setBusy(false);
  };
  return (
    <Panel title="Addresses or a playlist">
      <form
        class="stack"
        onSubmit={(event) => {
          event.preventDefault();
          void submit();
        }}
      >
        <label class="field">
          <span>One address a line, or one playlist or channel</span>
          <textarea rows={7} spellcheck={false} class="mono" placeholder={"https://www.youtube.com/watch?v=…\nhttps://example.org/recital.mp4"} value={text} onInput={(event) => setText(event.currentTarget.value)} />
        </label>
        <div role="status">{lines.length > 0 && <TallyWords sums={sums} mixed={mixed} onlyPlaylist={onlyPlaylist} />}</div>
        {lines.length > 1 || onlyPlaylist ? (
          <label class="field">
            <span>Name of the batch</span>
            <input type="text" maxLength={200} placeholder="as people call it" value={name} onInput={(event) => setName(event.currentTarget.value)} />
          </label>
        ) : null}
        {problem && <ProblemNotice problem={problem} />}
        <div>
          <button type="submit" class="button primary" disabled={busy || sums.videos + sums.playlists === 0}>
            {busy ? "Submitting" : onlyPlaylist ? "Submit the playlist" : lines.length === 0 ? "Submit" : `Submit ${count(lines.length - sums.duplicates)} ${lines.length - sums.duplicates === 1 ? "line" : "lines"}`}
          </button>
        </div>
      </form>
    </Panel>
  );
}

function TallyWords({ sums, mixed, onlyPlaylist }: { sums: Tally; mixed: boolean; onlyPlaylist: boolean }) {
  return (
    <div class="tally">
      <p>
        {onlyPlaylist ? <strong>One playlist: its videos are listed first.</strong> : <strong>{count(sums.videos)} to be fetched</strong>}
        {sums.refused.length + (mixed ? sums.playlists : 0) > 0 && <span>{count(sums.refused.length + (mixed ? sums.playlists : 0))} will be refused</span>}
        {sums.duplicates > 0 && <span>{count(sums.duplicates)} duplicates left out</span>}
      </p>
      {mixed && <p class="muted">A playlist among other lines is refused: submit it by itself.</p>}
      {sums.refused.slice(0, REFUSED_SHOWN).map((line, index) => (
        <p key={index} class="tally-refused">
          <span class="muted ellipsis">{line.text}</span> {line.verdict.kind === "refused" && reasonWords(line.verdict.code).title}
        </p>
      ))}
      {sums.refused.length > REFUSED_SHOWN && <p class="muted">and {count(sums.refused.length - REFUSED_SHOWN)} more</p>}
    </div>
  );
}
