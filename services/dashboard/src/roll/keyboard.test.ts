import { expect, test } from "vitest";
import { KEYS, keyOf, pitchName, stretchOf } from "./keyboard";

test("88 keys lie over 52 white widths", () => {
  expect(KEYS).toHaveLength(88);
  expect(KEYS.filter((key) => !key.black)).toHaveLength(52);
  expect([keyOf(21).left, keyOf(108).right]).toEqual([0, 52]);
  // Middle C is the 24th white key.
  expect([keyOf(60).left, keyOf(60).right]).toEqual([23, 24]);
});

test("black keys lie between their neighbours", () => {
  for (const key of KEYS.filter((one) => one.black)) {
    expect(key.left).toBeGreaterThan(keyOf(key.pitch - 1).left);
    expect(key.right).toBeLessThan(keyOf(key.pitch + 1).right);
  }
});

test("what is shown are whole octaves, three or more, within the piano", () => {
  expect(stretchOf(60, 60).to - stretchOf(60, 60).from).toBe(21);
  expect(stretchOf(21, 108)).toEqual({ from: 0, to: 52 });
  expect(stretchOf(108, 108).to).toBe(52);
});

test("names", () => {
  expect([21, 60, 70, 108].map(pitchName)).toEqual(["A0", "C4", "B♭4", "C8"]);
});
