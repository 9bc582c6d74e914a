/** What the parts of a performance's page share: the playhead, and what is looked at. */
import { type Signal, signal } from "@preact/signals";
import type { Decoded } from "./decode";
import { type Loop, Playhead } from "./playhead";

export const ZOOM_MIN = 30;
export const ZOOM_MAX = 600;
const ZOOM_STEP = 1.25;
/** So many seconds before a note that is jumped to, its approach can be seen. */
const LEAD_SECS = 0.6;

export class Stage {
  readonly playhead: Playhead;
  readonly zoom = signal(140);
  readonly wholeKeyboard = signal(false);
  readonly selected = signal<number | null>(null);
  readonly loop: Signal<Loop | null> = signal(null);
  readonly speed = signal(1);
  readonly playing = signal(false);
  /** The place, told some ten times a second: enough for figures, little work for the page. */
  readonly secs = signal(0);
  /** Counts what the roll has to be drawn anew for. */
  readonly stale = signal(0);

  constructor(readonly performance: Decoded) {
    this.playhead = new Playhead(performance.duration_secs, () => this.#changed());
  }

  #changed(): void {
    this.playing.value = this.playhead.playing;
    this.speed.value = this.playhead.speed;
    this.secs.value = this.playhead.secs;
    this.stale.value += 1;
  }

  refresh(): void {
    this.#changed();
  }

  zoomBy(steps: number): void {
    this.zoom.value = Math.min(ZOOM_MAX, Math.max(ZOOM_MIN, this.zoom.value * ZOOM_STEP ** steps));
  }

  setLoop(loop: Loop | null): void {
    this.playhead.loop = loop;
    this.loop.value = loop;
    this.stale.value += 1;
  }

  /** A begins the loop here; B ends it here. */
  loopFrom(): void {
    const from_secs = this.playhead.secs;
    const to_secs = this.loop.value && this.loop.value.to_secs > from_secs ? this.loop.value.to_secs : this.performance.duration_secs;
    this.setLoop({ from_secs, to_secs });
  }

  loopTo(): void {
    const to_secs = this.playhead.secs;
    const from_secs = this.loop.value && this.loop.value.from_secs < to_secs ? this.loop.value.from_secs : 0;
    if (to_secs > from_secs) this.setLoop({ from_secs, to_secs });
  }

  /** Shows a note: chooses it and goes to just before it. */
  show(index: number): void {
    this.selected.value = index;
    this.playhead.seek((this.performance.notes.onset[index] as number) - LEAD_SECS);
  }

  /** The doubtful note after (or before) the one that is chosen, in the order of the list. */
  showDoubtful(step: 1 | -1): void {
    const { doubtful } = this.performance;
    if (doubtful.length === 0) return;
    const at = this.selected.value === null ? -1 : doubtful.indexOf(this.selected.value);
    const next = at < 0 ? 0 : (at + step + doubtful.length) % doubtful.length;
    this.show(doubtful[next] as number);
  }
}
