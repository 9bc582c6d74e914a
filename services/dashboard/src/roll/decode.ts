/** Reads `performance.json` (docs/schema/performance-1.json) into columns. Runs in a worker. */
import { LONG_SECS, type Notes, leastCertain } from "./notes";

export interface Section {
  start_secs: number;
  end_secs: number;
  lowest_pitch: number;
  highest_pitch: number;
  confidence: number;
}

export interface Decoded {
  notes: Notes;
  /** Places of the least certain notes. */
  doubtful: Uint32Array;
  duration_secs: number;
  pedal: Float64Array;
  sections: Section[];
  warnings: { code: string; message: string }[];
  models: { name: string; version: string; licence: string }[];
  video: { width: number; height: number; frames_per_second: number };
  lowest_pitch: number;
  highest_pitch: number;
}

/** How many doubtful notes people are offered. */
export const DOUBTFUL = 200;

interface WrittenNote {
  pitch: number;
  onset_secs: number;
  offset_secs: number;
  velocity: number;
  hand?: "left" | "right" | null;
  finger?: number | null;
  confidence: number;
  runner_up?: { hand: "left" | "right"; finger: number } | null;
  margin_key_widths?: number | null;
  witnesses?: { sound?: boolean | null; key?: boolean | null; fingertip?: boolean | null };
}

interface Written {
  schema_version: number;
  source: { duration_secs: number };
  video: Decoded["video"];
  keyboard: { sections: Section[] };
  notes: WrittenNote[];
  pedal: { start_secs: number; end_secs: number }[];
  models: Decoded["models"];
  warnings: Decoded["warnings"];
}

export const SCHEMA_VERSION = 1;

export function decode(written: Written): Decoded {
  if (written.schema_version !== SCHEMA_VERSION) throw new Error(`performance.json has version ${written.schema_version}; this dashboard reads version ${SCHEMA_VERSION}`);
  const sorted = isSorted(written.notes) ? written.notes : written.notes.toSorted((a, b) => a.onset_secs - b.onset_secs);
  const notes = columns(sorted);
  const pitches = sorted.map((note) => note.pitch);
  return {
    notes,
    doubtful: leastCertain(notes, DOUBTFUL),
    duration_secs: written.source.duration_secs,
    pedal: Float64Array.from(written.pedal.flatMap(({ start_secs, end_secs }) => [start_secs, end_secs])),
    sections: written.keyboard.sections.map(({ start_secs, end_secs, lowest_pitch, highest_pitch, confidence }) => ({ start_secs, end_secs, lowest_pitch, highest_pitch, confidence })),
    warnings: written.warnings,
    models: written.models.map(({ name, version, licence }) => ({ name, version, licence })),
    video: written.video,
    lowest_pitch: pitches.reduce((low, pitch) => Math.min(low, pitch), 108),
    highest_pitch: pitches.reduce((high, pitch) => Math.max(high, pitch), 21),
  };
}

function isSorted(notes: readonly WrittenNote[]): boolean {
  return notes.every((note, index) => index === 0 || (notes[index - 1] as WrittenNote).onset_secs <= note.onset_secs);
}

const handNumber = (hand: "left" | "right" | null | undefined): number => (hand === "left" ? 1 : hand === "right" ? 2 : 0);
const witness = (saw: boolean | null | undefined): number => (saw === true ? 1 : saw === false ? 2 : 0);

export function columns(written: readonly WrittenNote[]): Notes {
  const length = written.length;
  const notes: Notes = {
    length,
    onset: new Float64Array(length),
    offset: new Float64Array(length),
    pitch: new Uint8Array(length),
    velocity: new Uint8Array(length),
    hand: new Uint8Array(length),
    finger: new Uint8Array(length),
    confidence: new Float32Array(length),
    witnesses: new Uint8Array(length),
    runnerUp: new Uint8Array(length),
    margin: new Float32Array(length),
    long: new Uint32Array(0),
  };
  const long: number[] = [];
  for (const [index, note] of written.entries()) {
    notes.onset[index] = note.onset_secs;
    notes.offset[index] = note.offset_secs;
    notes.pitch[index] = note.pitch;
    notes.velocity[index] = note.velocity;
    notes.hand[index] = handNumber(note.hand);
    notes.finger[index] = note.finger ?? 0;
    notes.confidence[index] = note.confidence;
    const { sound, key, fingertip } = note.witnesses ?? {};
    notes.witnesses[index] = witness(sound) | (witness(key) << 2) | (witness(fingertip) << 4);
    notes.runnerUp[index] = note.runner_up ? handNumber(note.runner_up.hand) * 8 + note.runner_up.finger : 0;
    notes.margin[index] = note.margin_key_widths ?? Number.NaN;
    if (note.offset_secs - note.onset_secs > LONG_SECS) long.push(index);
  }
  notes.long = Uint32Array.from(long);
  return notes;
}

/** What passes to the page without a copy. */
export function buffersOf({ notes, doubtful, pedal }: Decoded): ArrayBuffer[] {
  const parts = [notes.onset, notes.offset, notes.pitch, notes.velocity, notes.hand, notes.finger, notes.confidence, notes.witnesses, notes.runnerUp, notes.margin, notes.long, doubtful, pedal];
  return parts.map((part) => part.buffer as ArrayBuffer);
}
