/** The whole performance on one line: how dense each hand plays, where notes are doubtful, and where we are. A slider. */
import { useEffect, useRef } from "preact/hooks";
import { position } from "../../format/time";
import type { Decoded } from "../../roll/decode";
import { DOUBTFUL_BELOW } from "../../roll/painter";
import type { Stage } from "../../roll/stage";

const STEP_SECS = 1;
const PAGE_SECS = 5;

export function Timeline({ stage }: { stage: Stage }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const track = useRef<HTMLDivElement>(null);
  const { performance } = stage;
  useEffect(() => {
    const element = canvas.current;
    if (!element) return undefined;
    const observer = new ResizeObserver(() => paint(element, performance));
    observer.observe(element);
    return () => observer.disconnect();
  }, [performance]);
  const duration = performance.duration_secs || 1;
  const secs = stage.secs.value;
  const loop = stage.loop.value;
  const seekTo = (event: PointerEvent): void => {
    const box = track.current?.getBoundingClientRect();
    if (box) stage.playhead.seek(((event.clientX - box.left) / box.width) * duration);
  };
  const keys: Record<string, number> = {
    ArrowRight: secs + STEP_SECS,
    ArrowUp: secs + STEP_SECS,
    ArrowLeft: secs - STEP_SECS,
    ArrowDown: secs - STEP_SECS,
    PageUp: secs + PAGE_SECS,
    PageDown: secs - PAGE_SECS,
    Home: 0,
    End: duration,
  };
  return (
    <div
      ref={track}
      class="timeline"
      role="slider"
      tabIndex={0}
      aria-label="Place in the performance"
      aria-valuemin={0}
      aria-valuemax={Math.round(duration)}
      aria-valuenow={Math.round(secs)}
      aria-valuetext={`${position(secs)} of ${position(duration)}`}
      onKeyDown={(event) => {
        const to = keys[event.key];
        if (to === undefined) return;
        event.preventDefault();
        event.stopPropagation();
        stage.playhead.seek(to);
      }}
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        seekTo(event);
      }}
      onPointerMove={(event) => event.currentTarget.hasPointerCapture(event.pointerId) && seekTo(event)}
    >
      <canvas ref={canvas} aria-hidden="true" />
      {loop && <span class="timeline-loop" style={{ left: `${(loop.from_secs / duration) * 100}%`, right: `${100 - (loop.to_secs / duration) * 100}%` }} />}
      <span class="timeline-here" style={{ left: `${(secs / duration) * 100}%` }} />
    </div>
  );
}

/** Right hand above the line, left below; doubtful notes as ticks at the foot. */
function paint(canvas: HTMLCanvasElement, { notes, duration_secs }: Decoded): void {
  const box = canvas.getBoundingClientRect();
  const scale = devicePixelRatio;
  canvas.width = Math.round(box.width * scale);
  canvas.height = Math.round(box.height * scale);
  const context = canvas.getContext("2d");
  if (!context || duration_secs <= 0) return;
  const columns = Math.max(1, Math.floor(box.width / 3));
  const right = new Uint32Array(columns);
  const left = new Uint32Array(columns);
  const doubt = new Uint32Array(columns);
  for (let index = 0; index < notes.length; index += 1) {
    const column = Math.min(columns - 1, Math.floor(((notes.onset[index] as number) / duration_secs) * columns));
    const hand = notes.hand[index] === 1 ? left : right;
    hand[column] = (hand[column] as number) + 1;
    if ((notes.confidence[index] as number) < DOUBTFUL_BELOW) doubt[column] = (doubt[column] as number) + 1;
  }
  const most = Math.max(1, ...right, ...left);
  const style = getComputedStyle(canvas);
  context.scale(scale, scale);
  const middle = (box.height - 8) / 2;
  for (let column = 0; column < columns; column += 1) {
    const x = (column * box.width) / columns;
    context.fillStyle = style.color;
    context.globalAlpha = 0.75;
    context.fillRect(x, middle - ((right[column] as number) / most) * (middle - 2), 2, ((right[column] as number) / most) * (middle - 2));
    context.globalAlpha = 0.45;
    context.fillRect(x, middle + 1, 2, ((left[column] as number) / most) * (middle - 2));
    context.globalAlpha = 1;
    if (doubt[column]) {
      context.fillStyle = style.outlineColor;
      context.fillRect(x, box.height - 6, 2, 5);
    }
  }
}
