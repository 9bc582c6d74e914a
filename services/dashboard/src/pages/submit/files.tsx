/** Files, dropped or chosen: uploaded in pieces, submitted, and followed here. */
import { useEffect, useRef, useState } from "preact/hooks";
import { submitUpload } from "../../api/client";
import { type Problem, problemOf } from "../../api/problem";
import { useResource } from "../../api/resource";
import type { Job, Options } from "../../api/types";
import { upload } from "../../api/upload";
import { bytes, percent } from "../../format/figures";
import { StateBadge } from "../../parts/badge";
import { FailureCell } from "../../parts/failure";
import { CloseIcon } from "../../parts/icons";
import { Meter } from "../../parts/meter";
import { Panel } from "../../parts/panel";
import { stageWords } from "../../words/jobs";
import { chosenOptions } from "./options_fields";

interface Sent {
  key: number;
  file: File;
  share: number;
  job?: string;
  joined?: boolean;
  problem?: Problem;
  stop: AbortController;
}

let keys = 0;

export function Files({ options }: { options: Options }) {
  const [sent, setSent] = useState<readonly Sent[]>([]);
  const [over, setOver] = useState(false);
  const input = useRef<HTMLInputElement>(null);
  const waiting = useRef<Promise<void>>(Promise.resolve());
  const change = (key: number, part: Partial<Sent>): void => setSent((before) => before.map((one) => (one.key === key ? { ...one, ...part } : one)));
  const add = (files: readonly File[]): void => {
    const chosen = chosenOptions(options);
    const added = files.map((file) => ({ key: (keys += 1), file, share: 0, stop: new AbortController() }));
    setSent((before) => [...before, ...added]);
    // One after the other: the first is being labelled while the second is sent.
    for (const one of added) {
      waiting.current = waiting.current.then(async () => {
        if (one.stop.signal.aborted) return;
        try {
          const done = await upload(one.file, (share) => change(one.key, { share }), one.stop.signal);
          const job = await submitUpload(done.id, null, chosen);
          change(one.key, { job: job.id, joined: job.joined });
        } catch (error) {
          change(one.key, { problem: problemOf(error) });
        }
      });
    }
  };
  useEffect(() => {
    const unfinished = sent.some((one) => !one.job && !one.problem);
    if (!unfinished) return undefined;
    const ask = (event: BeforeUnloadEvent): void => event.preventDefault();
    addEventListener("beforeunload", ask);
    return () => removeEventListener("beforeunload", ask);
  }, [sent]);
  return (
    <Panel title="Files">
      <div
        class={over ? "drop drop-over" : "drop"}
        onDragOver={(event) => {
          event.preventDefault();
          setOver(true);
        }}
        onDragLeave={() => setOver(false)}
        onDrop={(event) => {
          event.preventDefault();
          setOver(false);
          add([...(event.dataTransfer?.files ?? [])].filter((file) => file.size > 0));
        }}
      >
        <p>Drop videos here, or</p>
        <button type="button" class="button" onClick={() => input.current?.click()}>
          Choose files
        </button>
        <input
          ref={input}
          type="file"
          multiple
          hidden
          aria-label="Video files"
          onChange={(event) => {
            add([...(event.currentTarget.files ?? [])].filter((file) => file.size > 0));
            event.currentTarget.value = "";
          }}
        />
        <p class="small muted">An upload that breaks off goes on where it was. The options below hold for files added after they were chosen.</p>
      </div>
      {sent.length > 0 && (
        <ul class="sent" aria-label="Files sent">
          {sent.map((one) => (
            <li key={one.key}>
              <span class="ellipsis" title={one.file.name}>
                {one.job ? <a href={`/jobs/${one.job}`}>{one.file.name}</a> : one.file.name}
              </span>
              {one.job ? <Followed id={one.job} joined={one.joined ?? false} /> : <Sending one={one} drop={() => one.stop.abort()} />}
            </li>
          ))}
        </ul>
      )}
    </Panel>
  );
}

function Sending({ one, drop }: { one: Sent; drop: () => void }) {
  if (one.problem) return <span class="bad">{one.problem.detail}</span>;
  return (
    <span class="done">
      <span class="muted">{bytes(one.file.size)}</span>
      <Meter share={one.share} label={`Upload of ${one.file.name}`} />
      <span class="num">{percent(one.share)}</span>
      <button type="button" class="button ghost" aria-label={`Stop sending ${one.file.name}`} onClick={drop}>
        <CloseIcon />
      </button>
    </span>
  );
}

function Followed({ id, joined }: { id: string; joined: boolean }) {
  const { value: job } = useResource<Job>(`/v1/jobs/${id}`, { everyMs: 10_000, on: (_, event) => event.job === id, gapMs: 500 });
  if (!job) return <span class="muted">submitted</span>;
  return (
    <span class="done">
      {joined && <span class="muted small">known already</span>}
      {job.state === "running" && job.stage ? (
        <>
          <span class="muted">{stageWords(job.stage)}</span>
          <Meter share={job.progress} label={stageWords(job.stage)} />
        </>
      ) : (
        job.failure && job.state !== "completed" && <FailureCell failure={job.failure} />
      )}
      {job.performance && <a href={`/performances/${job.performance}`}>Open</a>}
      <StateBadge state={job.state} />
    </span>
  );
}
