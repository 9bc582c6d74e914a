/** What is known of one note: its finger, how sure that is, and who says so. */
import { percent } from "../../format/figures";
import { position } from "../../format/time";
import { Meter } from "../../parts/meter";
import { pitchName } from "../../roll/keyboard";
import type { Notes } from "../../roll/notes";
import { FingerSign } from "./finger_sign";

const WITNESSES = ["Sound", "Key", "Fingertip"];
const SAYS = ["could not see", "agrees", "contradicts"];
const SIGNS = ["·", "✓", "✕"];

export function NoteFacts({ notes, index }: { notes: Notes; index: number }) {
  const runnerUp = notes.runnerUp[index] as number;
  const margin = notes.margin[index] as number;
  const seen = notes.witnesses[index] as number;
  const confidence = notes.confidence[index] as number;
  return (
    <dl class="facts note-facts">
      <dt>Note</dt>
      <dd>
        <FingerSign hand={notes.hand[index] as number} finger={notes.finger[index] as number} /> <strong>{pitchName(notes.pitch[index] as number)}</strong>{" "}
        <span class="muted">velocity {notes.velocity[index]}</span>
      </dd>
      <dt>Time</dt>
      <dd>
        {position(notes.onset[index] as number)} – {position(notes.offset[index] as number)}
      </dd>
      <dt>Confidence</dt>
      <dd class="done">
        <Meter share={confidence} label="Confidence" /> <span class="num">{percent(confidence, 1)}</span>
      </dd>
      <dt>Next best</dt>
      <dd>
        {runnerUp === 0 ? (
          <span class="muted">none</span>
        ) : (
          <>
            <FingerSign hand={runnerUp >> 3} finger={runnerUp & 7} /> {Number.isFinite(margin) && <span class="muted">{margin.toFixed(2)} keys further</span>}
          </>
        )}
      </dd>
      <dt>Witnesses</dt>
      <dd class="witnesses">
        {WITNESSES.map((name, at) => {
          const says = (seen >> (at * 2)) & 3;
          return (
            <span key={name} class={`witness witness-${says}`} title={`${name} ${SAYS[says]}`}>
              <span aria-hidden="true">{SIGNS[says]}</span> {name}
              <span class="sr-only"> {SAYS[says]}</span>
            </span>
          );
        })}
      </dd>
    </dl>
  );
}
