import { expect, test } from "vitest";
import { type HandFrames, rowsAt } from "./hands";

const hands: HandFrames = { secs: Float64Array.from([0, 0, 0.02, 0.04, 0.04]), hand: Uint8Array.from([1, 2, 2, 1, 2]), interpolated: new Uint8Array(5), tips: new Float32Array(50) };

test("the rows of a frame are those shown at the time", () => {
  expect(rowsAt(hands, 0).sort()).toEqual([0, 1]);
  expect(rowsAt(hands, 0.03)).toEqual([2]);
  expect(rowsAt(hands, 0.05).sort()).toEqual([3, 4]);
});

test("hands that left the picture are not shown for longer", () => {
  expect(rowsAt(hands, 1)).toEqual([]);
  expect(rowsAt(hands, -1)).toEqual([]);
});
