/**
 * Draws the roll: notes fall towards the keyboard seen from above and reach it when they sound. One canvas, nothing for each
 * note but a rectangle of its style's path, and only notes that are visible.
 */
import type { Decoded } from "./decode";
import type { HandFrames } from "./hands";
import { drawFingertips } from "./fingertips";
import { BLACK_LENGTH, KEYS, keyOf, pitchName, stretchOf } from "./keyboard";
import { eachBetween } from "./notes";
import { STYLES, colorOf, fills, fingerOf, inkOn, isLeft, styleOf } from "./palette";

/** Below this confidence a note is drawn hollow: it should be looked at. */
export const DOUBTFUL_BELOW = 0.6;
/** Room for a number in a note, pixels. */
const NUMBER_MIN_HEIGHT = 13;
const NUMBER_MIN_WIDTH = 8;

export interface View {
  secs: number;
  /** Pixels of a second. */
  zoom: number;
  /** All 88 keys rather than those that are played. */
  wholeKeyboard: boolean;
  selected: number | null;
  loop: { from_secs: number; to_secs: number } | null;
}

export interface Drawn {
  /** Notes that were looked at, and drawn. */
  looked: number;
  drawn: number;
  numbers: number;
}

interface Colors {
  ground: string;
  lane: string;
  line: string;
  text: string;
  muted: string;
  doubt: string;
  accent: string;
}

const DARK: Colors = { ground: "#14171b", lane: "#1a1e23", line: "#2b3038", text: "#e7e9ec", muted: "#a0a7b1", doubt: "#ffffff", accent: "#8db4ff" };
const LIGHT: Colors = { ground: "#ffffff", lane: "#f4f4f1", line: "#dcdcd6", text: "#1b1d20", muted: "#5c6068", doubt: "#1b1d20", accent: "#1f55b5" };

export class Painter {
  readonly #context: CanvasRenderingContext2D;
  #fills: (string | CanvasPattern)[] = [];
  #width = 0;
  #height = 0;
  #scale = 1;
  #digits = new Map<number, HTMLCanvasElement>();
  dark = false;
  hands: HandFrames | null = null;

  constructor(
    readonly canvas: HTMLCanvasElement,
    readonly performance: Decoded,
  ) {
    const context = canvas.getContext("2d", { alpha: false });
    if (!context) throw new Error("this browser draws no canvas");
    this.#context = context;
  }

  /** Takes the canvas's place on the page, CSS pixels. */
  resize(width: number, height: number, scale: number): void {
    this.#width = Math.max(1, width);
    this.#height = Math.max(1, height);
    this.#scale = scale;
    this.canvas.width = Math.round(this.#width * scale);
    this.canvas.height = Math.round(this.#height * scale);
    this.#fills = fills(this.#context, scale);
    this.#digits.clear();
  }

  get keyboardHeight(): number {
    return Math.max(56, Math.min(132, this.#height * 0.2));
  }

  get rollHeight(): number {
    return this.#height - this.keyboardHeight;
  }

  #stretch(view: View): { from: number; to: number } {
    if (view.wholeKeyboard || this.performance.notes.length === 0) return { from: 0, to: 52 };
    return stretchOf(this.performance.lowest_pitch, this.performance.highest_pitch);
  }

  /** Which note lies at a point of the canvas, CSS pixels. */
  noteAt(view: View, x: number, y: number): number | null {
    const { notes } = this.performance;
    const secs = view.secs + (this.rollHeight - y) / view.zoom;
    const { from, to } = this.#stretch(view);
    const across = from + (x / this.#width) * (to - from);
    let found: number | null = null;
    const slack = 3 / view.zoom;
    eachBetween(notes, secs - slack, secs + slack, (index) => {
      const key = keyOf(notes.pitch[index] as number);
      if (across >= key.left && across <= key.right && (found === null || key.black)) found = index;
    });
    return found;
  }

  draw(view: View): Drawn {
    const context = this.#context;
    const colors = this.dark ? DARK : LIGHT;
    const { from, to } = this.#stretch(view);
    const unit = this.#width / (to - from);
    const xOf = (widths: number): number => (widths - from) * unit;
    const floor = this.rollHeight;
    const yOf = (secs: number): number => floor - (secs - view.secs) * view.zoom;
    context.setTransform(this.#scale, 0, 0, this.#scale, 0, 0);
    context.fillStyle = colors.ground;
    context.fillRect(0, 0, this.#width, this.#height);
    this.#lanes(colors, xOf, floor);
    this.#grid(view, colors, yOf, floor);
    const drawn = this.#notes(view, colors, xOf, yOf, floor);
    this.#keyboard(view, colors, xOf, unit, floor);
    if (this.hands) drawFingertips(context, this.hands, view.secs, xOf, floor, this.keyboardHeight);
    return drawn;
  }

  /** Lanes of black keys, and lines at the octaves. */
  #lanes(colors: Colors, xOf: (widths: number) => number, floor: number): void {
    const context = this.#context;
    context.fillStyle = colors.lane;
    for (const key of KEYS) if (key.black) context.fillRect(xOf(key.left), 0, xOf(key.right) - xOf(key.left), floor);
    context.fillStyle = colors.line;
    for (const key of KEYS) if (key.pitch % 12 === 0) context.fillRect(Math.round(xOf(key.left)), 0, 1, floor);
  }

  /** A line each second (or more, where they would crowd), the loop and the pedal. */
  #grid(view: View, colors: Colors, yOf: (secs: number) => number, floor: number): void {
    const context = this.#context;
    const until = view.secs + floor / view.zoom;
    const step = [0.5, 1, 2, 5, 10, 30, 60].find((secs) => secs * view.zoom >= 56) ?? 120;
    context.font = "11px system-ui, sans-serif";
    context.textBaseline = "bottom";
    for (let secs = Math.ceil(view.secs / step) * step; secs <= until; secs += step) {
      const y = Math.round(yOf(secs));
      context.fillStyle = colors.line;
      context.fillRect(0, y, this.#width, 1);
      context.fillStyle = colors.muted;
      context.fillText(timeMark(secs), 10, y - 2);
    }
    if (view.loop) {
      const top = Math.max(0, yOf(view.loop.to_secs));
      const bottom = Math.min(floor, yOf(view.loop.from_secs));
      if (bottom > top) {
        context.globalAlpha = 0.12;
        context.fillStyle = colors.accent;
        context.fillRect(0, top, this.#width, bottom - top);
        context.globalAlpha = 1;
      }
    }
    context.fillStyle = colors.accent;
    const { pedal } = this.performance;
    for (let index = 0; index < pedal.length; index += 2) {
      const start = pedal[index] as number;
      const end = pedal[index + 1] as number;
      if (start > until) break;
      if (end > view.secs) context.fillRect(0, yOf(end), 4, yOf(start) - yOf(end));
    }
  }

  #notes(view: View, colors: Colors, xOf: (widths: number) => number, yOf: (secs: number) => number, floor: number): Drawn {
    const context = this.#context;
    const { notes } = this.performance;
    const sure: Path2D[] = [];
    const doubtful: Path2D[] = [];
    const numbers: { style: number; x: number; y: number }[] = [];
    let drawn = 0;
    const looked = eachBetween(notes, view.secs, view.secs + floor / view.zoom, (index) => {
      drawn += 1;
      const key = keyOf(notes.pitch[index] as number);
      const style = styleOf(notes.hand[index] as number, notes.finger[index] as number);
      const left = xOf(key.left) + (key.black ? 0 : 1);
      const width = Math.max(2, xOf(key.right) - xOf(key.left) - (key.black ? 0 : 2));
      const bottom = Math.min(floor, yOf(notes.onset[index] as number));
      const top = Math.max(-4, yOf(notes.offset[index] as number));
      const height = Math.max(3, bottom - top - 1);
      const paths = (notes.confidence[index] as number) < DOUBTFUL_BELOW ? doubtful : sure;
      const path = (paths[style] ??= new Path2D());
      path.roundRect(left, bottom - height, width, height, Math.min(3, width / 3));
      if (style > 0 && height >= NUMBER_MIN_HEIGHT && width >= NUMBER_MIN_WIDTH) numbers.push({ style, x: left + width / 2, y: bottom - 8 });
    });
    for (let style = 0; style < STYLES; style += 1) {
      const path = sure[style];
      if (path) {
        context.fillStyle = this.#fills[style] as string | CanvasPattern;
        context.fill(path);
      }
      const hollow = doubtful[style];
      if (hollow) {
        context.fillStyle = this.#fills[style] as string | CanvasPattern;
        context.globalAlpha = 0.4;
        context.fill(hollow);
        context.globalAlpha = 1;
        context.strokeStyle = colors.doubt;
        context.lineWidth = 1.25;
        context.setLineDash([3, 2]);
        context.stroke(hollow);
        context.setLineDash([]);
      }
    }
    for (const { style, x, y } of numbers) context.drawImage(this.#digit(style), x - 7, y - 7, 14, 14);
    if (view.selected !== null) this.#selection(view.selected, colors, xOf, yOf);
    return { looked, drawn, numbers: numbers.length };
  }

  #selection(index: number, colors: Colors, xOf: (widths: number) => number, yOf: (secs: number) => number): void {
    const context = this.#context;
    const { notes } = this.performance;
    const key = keyOf(notes.pitch[index] as number);
    const top = yOf(notes.offset[index] as number);
    context.strokeStyle = colors.ground;
    const box: [number, number, number, number] = [xOf(key.left) - 2, top - 2, xOf(key.right) - xOf(key.left) + 4, Math.max(3, yOf(notes.onset[index] as number) - top) + 3];
    context.lineWidth = 5;
    context.strokeRect(...box);
    context.strokeStyle = colors.accent;
    context.lineWidth = 2.5;
    context.strokeRect(...box);
  }

  /** A finger's number on a disc of its colour, drawn once and stamped. */
  #digit(style: number): HTMLCanvasElement {
    const known = this.#digits.get(style);
    if (known) return known;
    const stamp = document.createElement("canvas");
    stamp.width = Math.round(14 * this.#scale);
    stamp.height = stamp.width;
    const brush = stamp.getContext("2d");
    if (brush) {
      brush.scale(this.#scale, this.#scale);
      if (isLeft(style)) {
        brush.fillStyle = colorOf(style);
        brush.beginPath();
        brush.arc(7, 7, 5.6, 0, 7);
        brush.fill();
      }
      brush.fillStyle = inkOn(style);
      brush.font = "700 10px system-ui, sans-serif";
      brush.textAlign = "center";
      brush.textBaseline = "middle";
      brush.fillText(String(fingerOf(style)), 7, 7.5);
    }
    this.#digits.set(style, stamp);
    return stamp;
  }

  /** The keys as a player sees them; what sounds has its finger's colour and number. */
  #keyboard(view: View, colors: Colors, xOf: (widths: number) => number, unit: number, top: number): void {
    const context = this.#context;
    const { notes } = this.performance;
    const height = this.keyboardHeight;
    const sounding = new Map<number, number>();
    eachBetween(notes, view.secs, view.secs + 1e-6, (index) => {
      if ((notes.onset[index] as number) <= view.secs) sounding.set(notes.pitch[index] as number, styleOf(notes.hand[index] as number, notes.finger[index] as number));
    });
    context.fillStyle = "#33373d";
    context.fillRect(0, top, this.#width, height);
    for (const key of KEYS) {
      if (key.black) continue;
      const style = sounding.get(key.pitch);
      context.fillStyle = style === undefined ? "#fbfbf9" : (this.#fills[style] as string | CanvasPattern);
      context.fillRect(xOf(key.left) + 0.5, top + 2, unit - 1, height - 3);
      if (key.pitch % 12 === 0 && unit >= 9) {
        context.fillStyle = "#5c6068";
        context.font = `${unit >= 16 ? 10 : 8}px system-ui, sans-serif`;
        context.textAlign = "center";
        context.textBaseline = "bottom";
        if (style === undefined) context.fillText(pitchName(key.pitch), xOf(key.left) + unit / 2, top + height - 3);
        context.textAlign = "start";
      }
    }
    for (const key of KEYS) {
      if (!key.black) continue;
      const style = sounding.get(key.pitch);
      const width = xOf(key.right) - xOf(key.left);
      context.fillStyle = "#17191d";
      context.fillRect(xOf(key.left), top + 2, width, height * BLACK_LENGTH);
      if (style !== undefined) {
        context.fillStyle = this.#fills[style] as string | CanvasPattern;
        context.fillRect(xOf(key.left) + 1, top + 2, width - 2, height * BLACK_LENGTH - 1);
      }
    }
    for (const [pitch, style] of sounding) {
      const key = keyOf(pitch);
      if (style > 0 && unit >= 8) context.drawImage(this.#digit(style), (xOf(key.left) + xOf(key.right)) / 2 - 7, top + height * BLACK_LENGTH + (key.black ? -16 : 4), 14, 14);
    }
    context.fillStyle = "#b3261e";
    context.fillRect(0, top - 1, this.#width, 2);
    context.fillStyle = colors.line;
  }
}

function timeMark(secs: number): string {
  const minutes = Math.floor(secs / 60);
  const rest = secs - minutes * 60;
  return `${minutes}:${rest.toFixed(rest % 1 ? 1 : 0).padStart(rest % 1 ? 4 : 2, "0")}`;
}
