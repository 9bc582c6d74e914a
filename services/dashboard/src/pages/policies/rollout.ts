/** The roll of a rollout: due notes in their fingers' colours, missed ones hollow, false keys grey. */
import { get, send } from "../../api/client";
import { type Decoded, columns } from "../../roll/decode";
import { type DueNote, compare, readPig } from "./compare";
import { type Metrics, CONTROL_STEP_SECS } from "./metrics";
import { readMidi } from "./midi";

export interface Rollout {
  decoded: Decoded;
  missed: number;
  falseKeys: number;
}

interface Replay {
  trim_silence?: boolean;
  stretch?: number;
  shift?: number;
}

export async function loadRollout(files: string, metrics: Metrics): Promise<Rollout> {
  const [score, midi, replay] = await Promise.all([
    send(`${files}/score.pig.txt`).then((answer) => answer.text()),
    send(`${files}/rollout.mid`).then((answer) => answer.arrayBuffer()),
    get<Replay>(`${files}/replay.json`),
  ]);
  const due = asPlayed(readPig(score), metrics, replay);
  const sounded = readMidi(midi);
  const { played, falseKeys } = compare(due, sounded);
  const witnesses = {};
  const written = [
    ...due.map((note, index) => ({ ...note, velocity: 80, confidence: played[index] ? 1 : 0, witnesses })),
    ...falseKeys.map((note) => ({ ...note, hand: null, finger: null, confidence: 1, witnesses })),
  ].sort((a, b) => a.onset_secs - b.onset_secs);
  const notes = columns(written);
  const pitches = written.map((note) => note.pitch);
  const decoded: Decoded = {
    notes,
    doubtful: new Uint32Array(written.flatMap((note, index) => (note.confidence < 1 ? [index] : []))),
    duration_secs: metrics.frames * CONTROL_STEP_SECS,
    pedal: new Float64Array(0),
    sections: [],
    warnings: [],
    models: [],
    video: { width: 0, height: 0, frames_per_second: 0 },
    lowest_pitch: Math.min(108, ...pitches),
    highest_pitch: Math.max(21, ...pitches),
  };
  return { decoded, missed: played.filter((hit) => !hit).length, falseKeys: falseKeys.length };
}

/** Times of the score as the hands play it: the silence before it is trimmed, and the buffer is put in front. */
function asPlayed(score: readonly DueNote[], metrics: Metrics, replay: Replay): DueNote[] {
  const first = replay.trim_silence === false ? 0 : score.reduce((least, note) => Math.min(least, note.onset_secs), Number.POSITIVE_INFINITY);
  const stretch = replay.stretch ?? 1;
  const place = (secs: number): number => (secs - first) * stretch + metrics.buffer_frames * CONTROL_STEP_SECS;
  return score.map((note) => ({ ...note, pitch: note.pitch + (replay.shift ?? 0), onset_secs: place(note.onset_secs), offset_secs: place(note.offset_secs) }));
}
