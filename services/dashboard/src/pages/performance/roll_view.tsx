/** The roll's canvas: drawn only when something moved, scrolled by wheel or finger, its notes chosen by a click. */
import { effect } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import type { HandFrames } from "../../roll/hands";
import { type Drawn, Painter, type View } from "../../roll/painter";
import type { Stage } from "../../roll/stage";
import { themeChanged } from "../../theme";

/** What the last frame took, for tests and for who looks for slow frames. */
declare global {
  interface Window {
    toccataRoll?: { frames: number; last: Drawn; draw_ms: number };
  }
}

const TOLD_EVERY_MS = 100;
const CLICK_MOVES_MAX = 4;

interface RollViewProps {
  stage: Stage;
  hands: HandFrames | null;
  label: string;
}

export function RollView({ stage, hands, label }: RollViewProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const painter = useRef<Painter | null>(null);
  useEffect(() => {
    if (canvas.current) return run(canvas.current, stage, painter);
    return undefined;
  }, [stage]);
  useEffect(() => {
    if (painter.current) painter.current.hands = hands;
    stage.stale.value += 1;
  }, [hands, stage]);
  return (
    <div class="roll">
      <canvas ref={canvas} role="img" aria-label={label} />
    </div>
  );
}

function run(canvas: HTMLCanvasElement, stage: Stage, place: { current: Painter | null }): () => void {
  const painter = new Painter(canvas, stage.performance);
  place.current = painter;
  const stats = { frames: 0, last: { looked: 0, drawn: 0, numbers: 0 }, draw_ms: 0 };
  window.toccataRoll = stats;
  let asked = 0;
  let toldAt = 0;
  const view = (): View => ({ secs: stage.playhead.secs, zoom: stage.zoom.value, wholeKeyboard: stage.wholeKeyboard.value, selected: stage.selected.value, loop: stage.loop.value });
  const frame = (at: number): void => {
    asked = 0;
    const secs = stage.playhead.tick();
    const began = performance.now();
    stats.last = painter.draw({ ...view(), secs });
    stats.draw_ms = performance.now() - began;
    stats.frames += 1;
    if (at - toldAt > TOLD_EVERY_MS) {
      toldAt = at;
      stage.secs.value = secs;
    }
    if (stage.playhead.playing) ask();
  };
  const ask = (): void => {
    if (!asked) asked = requestAnimationFrame(frame);
  };
  const resize = (): void => {
    const box = canvas.parentElement?.getBoundingClientRect();
    if (!box) return;
    painter.resize(box.width, box.height, devicePixelRatio);
    ask();
  };
  const observer = new ResizeObserver(resize);
  if (canvas.parentElement) observer.observe(canvas.parentElement);
  const forget = effect(() => {
    void themeChanged.value;
    void stage.stale.value;
    void stage.zoom.value;
    void stage.wholeKeyboard.value;
    void stage.selected.value;
    painter.dark = isDark();
    ask();
  });
  const still = touch(canvas, painter, stage, view);
  return () => {
    forget();
    still();
    observer.disconnect();
    cancelAnimationFrame(asked);
  };
}

function isDark(): boolean {
  const chosen = document.documentElement.dataset["theme"];
  return chosen ? chosen === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
}

/** Wheel and drag move through time; a click chooses a note; pinching (or the wheel with Ctrl) zooms. */
function touch(canvas: HTMLCanvasElement, painter: Painter, stage: Stage, view: () => View): () => void {
  let held: { id: number; y: number; secs: number; moved: number } | null = null;
  const wheel = (event: WheelEvent): void => {
    event.preventDefault();
    if (event.ctrlKey) stage.zoomBy(-Math.sign(event.deltaY) / 2);
    else stage.playhead.seek(stage.playhead.secs - event.deltaY / stage.zoom.value);
  };
  const down = (event: PointerEvent): void => {
    if (event.button !== 0) return;
    held = { id: event.pointerId, y: event.clientY, secs: stage.playhead.secs, moved: 0 };
    canvas.setPointerCapture(event.pointerId);
  };
  const move = (event: PointerEvent): void => {
    if (!held || held.id !== event.pointerId) return;
    const by = event.clientY - held.y;
    held.moved = Math.max(held.moved, Math.abs(by));
    if (held.moved > CLICK_MOVES_MAX) stage.playhead.seek(held.secs + by / stage.zoom.value);
  };
  const up = (event: PointerEvent): void => {
    if (held && held.moved <= CLICK_MOVES_MAX) {
      const box = canvas.getBoundingClientRect();
      stage.selected.value = painter.noteAt(view(), event.clientX - box.left, event.clientY - box.top);
    }
    held = null;
  };
  canvas.addEventListener("wheel", wheel, { passive: false });
  canvas.addEventListener("pointerdown", down);
  canvas.addEventListener("pointermove", move);
  canvas.addEventListener("pointerup", up);
  return () => {
    canvas.removeEventListener("wheel", wheel);
    canvas.removeEventListener("pointerdown", down);
    canvas.removeEventListener("pointermove", move);
    canvas.removeEventListener("pointerup", up);
  };
}
