/** Play, place, speed, loop, zoom, and help. */
import { position } from "../../format/time";
import { HelpIcon, NextIcon, PauseIcon, PlayIcon, PreviousIcon } from "../../parts/icons";
import { SPEEDS } from "../../roll/playhead";
import type { Stage } from "../../roll/stage";
import { Timeline } from "./timeline";

export function Transport({ stage, help, doubt = "Doubtful" }: { stage: Stage; help: () => void; doubt?: string }) {
  const { playhead } = stage;
  const loop = stage.loop.value;
  return (
    <section class="transport" aria-label="Playing">
      <Timeline stage={stage} />
      <div class="transport-row">
        <button type="button" class="button primary play" aria-label={stage.playing.value ? "Pause" : "Play"} onClick={() => playhead.toggle()}>
          {stage.playing.value ? <PauseIcon /> : <PlayIcon />}
        </button>
        <span class="place">
          <span class="num place-now">{position(stage.secs.value)}</span> <span class="muted">/ {position(stage.performance.duration_secs)}</span>
        </span>
        <div class="segments" role="group" aria-label="Speed">
          {SPEEDS.map((speed) => (
            <button key={speed} type="button" aria-pressed={stage.speed.value === speed} onClick={() => playhead.setSpeed(speed)}>
              {speed}×
            </button>
          ))}
        </div>
        <div class="segments" role="group" aria-label="Loop">
          <button type="button" aria-pressed={loop !== null} title="Loop from here (A)" onClick={() => stage.loopFrom()}>
            A{loop && <span class="small"> {position(loop.from_secs)}</span>}
          </button>
          <button type="button" aria-pressed={loop !== null} title="Loop to here (B)" onClick={() => stage.loopTo()}>
            B{loop && <span class="small"> {position(loop.to_secs)}</span>}
          </button>
          {loop && (
            <button type="button" title="No loop (L)" onClick={() => stage.setLoop(null)}>
              Clear
            </button>
          )}
        </div>
        <div class="segments" role="group" aria-label={`${doubt} notes`}>
          <button type="button" title={`${doubt}: the note before (P)`} aria-label={`${doubt}: the note before`} onClick={() => stage.showDoubtful(-1)}>
            <PreviousIcon />
          </button>
          <button type="button" title={`${doubt}: the next note (N)`} onClick={() => stage.showDoubtful(1)}>
            {doubt} <NextIcon />
          </button>
        </div>
        <div class="segments" role="group" aria-label="Zoom">
          <button type="button" aria-label="Show more time" title="Show more time (-)" onClick={() => stage.zoomBy(-1)}>
            −
          </button>
          <button type="button" aria-label="Show less time" title="Show less time (+)" onClick={() => stage.zoomBy(1)}>
            +
          </button>
          <button type="button" aria-pressed={stage.wholeKeyboard.value} title="All 88 keys (K)" onClick={() => (stage.wholeKeyboard.value = !stage.wholeKeyboard.value)}>
            88 keys
          </button>
        </div>
        <button type="button" class="button ghost" onClick={help} aria-label="Keyboard shortcuts" title="Keyboard shortcuts (?)">
          <HelpIcon />
        </button>
      </div>
    </section>
  );
}
