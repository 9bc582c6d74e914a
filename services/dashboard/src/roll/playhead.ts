/** Where playing is: the media's own clock where there is a video, else a clock of ours. Times are seconds of the video. */

export interface Loop {
  from_secs: number;
  to_secs: number;
}

export const SPEEDS = [0.25, 0.5, 0.75, 1] as const;

export class Playhead {
  #media: HTMLMediaElement | null = null;
  #secs = 0;
  #startedAtMs: number | null = null;
  #startedSecs = 0;
  #speed = 1;
  loop: Loop | null = null;
  readonly #changed: () => void;

  constructor(
    readonly duration_secs: number,
    changed: () => void,
  ) {
    this.#changed = changed;
  }

  /** Takes a video for the clock, or none. Playing goes on from the same place. */
  attach(media: HTMLMediaElement | null): void {
    const { secs } = this;
    this.pause();
    this.#media = media;
    if (media) {
      media.playbackRate = this.#speed;
      media.preservesPitch = true;
    }
    this.seek(secs);
  }

  get playing(): boolean {
    return this.#media ? !this.#media.paused && !this.#media.ended : this.#startedAtMs !== null;
  }

  get speed(): number {
    return this.#speed;
  }

  /** The place now. */
  get secs(): number {
    if (this.#media) return this.#media.currentTime;
    if (this.#startedAtMs === null) return this.#secs;
    return Math.min(this.duration_secs, this.#startedSecs + ((performance.now() - this.#startedAtMs) / 1000) * this.#speed);
  }

  /** Called for each frame: goes round the loop, and stops at the end. */
  tick(): number {
    const { secs, loop } = this;
    if (loop && this.playing && secs >= loop.to_secs) {
      this.seek(loop.from_secs);
      return loop.from_secs;
    }
    if (!this.#media && this.#startedAtMs !== null && secs >= this.duration_secs) this.pause();
    return secs;
  }

  play(): void {
    if (this.secs >= this.duration_secs - 0.01) this.seek(this.loop?.from_secs ?? 0);
    if (this.#media) {
      // A browser may refuse to play sound before a click; the play button is one.
      this.#media.play().catch(() => this.#changed());
    } else {
      this.#startedSecs = this.#secs;
      this.#startedAtMs = performance.now();
    }
    this.#changed();
  }

  pause(): void {
    this.#secs = this.secs;
    this.#startedAtMs = null;
    this.#media?.pause();
    this.#changed();
  }

  toggle(): void {
    if (this.playing) this.pause();
    else this.play();
  }

  seek(secs: number): void {
    const place = Math.max(0, Math.min(this.duration_secs, secs));
    this.#secs = place;
    if (this.#media) this.#media.currentTime = place;
    else if (this.#startedAtMs !== null) {
      this.#startedSecs = place;
      this.#startedAtMs = performance.now();
    }
    this.#changed();
  }

  setSpeed(speed: number): void {
    const { secs, playing } = this;
    this.#speed = speed;
    if (this.#media) this.#media.playbackRate = speed;
    else if (playing) {
      this.#startedSecs = secs;
      this.#startedAtMs = performance.now();
    }
    this.#changed();
  }
}
