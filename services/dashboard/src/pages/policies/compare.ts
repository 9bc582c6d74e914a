/** What was due against what sounded: notes that were played, missed ones, and false keys. */
import type { MidiNote } from "./midi";

export interface DueNote {
  pitch: number;
  onset_secs: number;
  offset_secs: number;
  hand: "left" | "right" | null;
  finger: number | null;
}

/** An onset this near to the due one plays the note: the tolerance of `onset_100_ms`. */
export const TOLERANCE_SECS = 0.1;

export interface Compared {
  /** In the order of `due`. */
  played: boolean[];
  falseKeys: MidiNote[];
}

/** Each sounded note plays at most one due note of its pitch, the earliest one that is near enough. */
export function compare(due: readonly DueNote[], sounded: readonly MidiNote[]): Compared {
  const left = new Map<number, MidiNote[]>();
  for (const note of [...sounded].sort((a, b) => a.onset_secs - b.onset_secs)) {
    const same = left.get(note.pitch);
    if (same) same.push(note);
    else left.set(note.pitch, [note]);
  }
  const order = due.map((_, index) => index).sort((a, b) => (due[a] as DueNote).onset_secs - (due[b] as DueNote).onset_secs);
  const played = due.map(() => false);
  for (const index of order) {
    const { pitch, onset_secs } = due[index] as DueNote;
    const same = left.get(pitch) ?? [];
    const hit = same.findIndex((note) => Math.abs(note.onset_secs - onset_secs) <= TOLERANCE_SECS);
    if (hit >= 0) {
      same.splice(hit, 1);
      played[index] = true;
    }
  }
  return { played, falseKeys: [...left.values()].flat() };
}

const STEPS: Record<string, number> = { C: 0, D: 2, E: 4, F: 5, G: 7, A: 9, B: 11 };

/** Reads a PIG score: id, onset, offset, spelled pitch, two velocities, channel, finger (negative: left hand; `4_1` changes). */
export function readPig(text: string): DueNote[] {
  const notes: DueNote[] = [];
  for (const line of text.split("\n")) {
    if (line.startsWith("//") || line.trim() === "") continue;
    const [, onset, offset, spelled, , , , finger] = line.trim().split(/\s+/);
    const pitch = pitchOf(spelled ?? "");
    const number = Number.parseInt(finger ?? "", 10);
    if (pitch === null || !Number.isFinite(Number(onset)) || !Number.isFinite(Number(offset))) continue;
    const known = Number.isFinite(number) && number !== 0;
    notes.push({ pitch, onset_secs: Number(onset), offset_secs: Number(offset), hand: known ? (number < 0 ? "left" : "right") : null, finger: known ? Math.abs(number) : null });
  }
  return notes;
}

function pitchOf(spelled: string): number | null {
  const read = /^([A-G])([#b]*)(-?\d+)$/.exec(spelled);
  if (!read) return null;
  const [, step, accidentals, octave] = read as unknown as [string, string, string, string];
  const shift = [...accidentals].reduce((sum, sign) => sum + (sign === "#" ? 1 : -1), 0);
  return (Number(octave) + 1) * 12 + (STEPS[step] as number) + shift;
}
