import { expect, test } from "vitest";
import { compare, readPig } from "./compare";
import { readMidi } from "./midi";

const due = (pitch: number, onset_secs: number) => ({ pitch, onset_secs, offset_secs: onset_secs + 0.2, hand: null, finger: null });
const sounded = (pitch: number, onset_secs: number) => ({ pitch, onset_secs, offset_secs: onset_secs + 0.2, velocity: 64 });

test("each sounded note plays one due note; the rest are missed or false", () => {
  const { played, falseKeys } = compare([due(60, 1), due(60, 1.15), due(62, 2), due(64, 3)], [sounded(60, 1.05), sounded(62, 2.2), sounded(64, 2.95), sounded(65, 3)]);
  expect(played).toEqual([true, false, false, true]);
  expect(falseKeys.map((note) => note.pitch)).toEqual([62, 65]);
});

test("a PIG score is read with its hands", () => {
  const notes = readPig("//Version: PianoFingering_v170101\n0\t0.098\t0.129\tB3\t74\t80\t0\t1\n1\t0.1\t0.2\tF#4\t81\t80\t1\t-4_1\n2\t0.1\t0.2\tBb3\t81\t80\t1\t0\n");
  expect(notes.map(({ pitch, hand, finger }) => [pitch, hand, finger])).toEqual([[59, "right", 1], [66, "left", 4], [58, null, null]]);
});

test("a MIDI file is read: running status, tempo, a note without its end", () => {
  const track = [0, 0xff, 0x51, 3, 0x0f, 0x42, 0x40, 0, 0x90, 60, 80, 0x60, 60, 0, 0, 0x90, 64, 70, 0x60, 0xff, 0x2f, 0];
  const bytes = [0x4d, 0x54, 0x68, 0x64, 0, 0, 0, 6, 0, 0, 0, 1, 0, 96, 0x4d, 0x54, 0x72, 0x6b, 0, 0, 0, track.length, ...track];
  const notes = readMidi(Uint8Array.from(bytes).buffer);
  expect(notes.map(({ pitch, onset_secs }) => [pitch, onset_secs])).toEqual([[60, 0], [64, 1]]);
  expect(notes[0]?.offset_secs).toBe(1);
  expect(() => readMidi(new ArrayBuffer(4))).toThrow("no MIDI");
});
