/** The least certain notes, the least certain first. Arrow keys move within the list, so that it is one stop of the Tab key. */
import { useRef } from "preact/hooks";
import { percent } from "../../format/figures";
import { position } from "../../format/time";
import { Empty } from "../../parts/notice";
import { pitchName } from "../../roll/keyboard";
import type { Stage } from "../../roll/stage";
import { FingerSign } from "./finger_sign";

export function DoubtfulList({ stage }: { stage: Stage }) {
  const list = useRef<HTMLUListElement>(null);
  const { notes, doubtful } = stage.performance;
  const selected = stage.selected.value;
  if (doubtful.length === 0) return <Empty title="No notes." />;
  const at = selected === null ? -1 : doubtful.indexOf(selected);
  const stop = at < 0 ? 0 : at;
  const move = (event: KeyboardEvent): void => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    const next = Math.min(doubtful.length - 1, Math.max(0, stop + step));
    stage.show(doubtful[next] as number);
    list.current?.querySelectorAll<HTMLElement>("button")[next]?.focus();
  };
  return (
    <ul ref={list} class="doubtful" onKeyDown={move}>
      {[...doubtful].map((index, row) => (
        <li key={index}>
          <button type="button" tabIndex={row === stop ? 0 : -1} aria-pressed={selected === index} onClick={() => stage.show(index)}>
            <FingerSign hand={notes.hand[index] as number} finger={notes.finger[index] as number} />
            <span class="doubtful-pitch">{pitchName(notes.pitch[index] as number)}</span>
            <span class="num muted">{position(notes.onset[index] as number)}</span>
            <span class="num">{percent(notes.confidence[index] as number)}</span>
          </button>
        </li>
      ))}
    </ul>
  );
}
