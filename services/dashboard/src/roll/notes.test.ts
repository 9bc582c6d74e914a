import { expect, test } from "vitest";
import { columns } from "./decode";
import { eachBetween, leastCertain, lowerBound } from "./notes";

const note = (onset_secs: number, offset_secs: number, confidence = 1) => ({ pitch: 60, onset_secs, offset_secs, velocity: 64, confidence });

function visible(notes: ReturnType<typeof columns>, from: number, to: number): number[] {
  const found: number[] = [];
  eachBetween(notes, from, to, (index) => found.push(index));
  return found.sort((a, b) => a - b);
}

test("lower bound", () => {
  const values = Float64Array.from([1, 2, 2, 5]);
  expect([0, 1, 2, 3, 5, 6].map((wanted) => lowerBound(values, wanted))).toEqual([0, 0, 1, 3, 3, 4]);
});

test("every note that sounds in the window is found, and no other", () => {
  const random = generator(7);
  const written = Array.from({ length: 3000 }, () => {
    const onset = random() * 300;
    return note(onset, onset + (random() < 0.02 ? random() * 200 : random() * 4));
  }).sort((a, b) => a.onset_secs - b.onset_secs);
  const notes = columns(written);
  for (let round = 0; round < 200; round += 1) {
    const from = random() * 320 - 10;
    const to = from + random() * 8;
    const expected = written.flatMap((one, index) => (one.onset_secs < to && one.offset_secs > from ? [index] : []));
    expect(visible(notes, from, to)).toEqual(expected);
  }
});

test("the work does not grow with the piece", () => {
  const written = Array.from({ length: 50_000 }, (_, index) => note(index / 40, index / 40 + 0.5));
  const notes = columns(written);
  for (const from of [0, 600, 1245]) expect(eachBetween(notes, from, from + 5, () => undefined)).toBeLessThan(600);
});

test("the least certain come first, ties in the order they are played", () => {
  const notes = columns([note(0, 1, 0.9), note(1, 2, 0.2), note(2, 3, 0.5), note(3, 4, 0.2)]);
  expect([...leastCertain(notes, 3)]).toEqual([1, 3, 2]);
});

function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1664525 + 1013904223) % 2 ** 32;
    return state / 2 ** 32;
  };
}
