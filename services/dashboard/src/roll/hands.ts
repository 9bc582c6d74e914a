/** The fingertips of both hands for each frame, in keyboard coordinates. */
import { lowerBound } from "./notes";

/** Fingertips of a hand, thumb first: MediaPipe's landmarks. */
export const TIP_LANDMARKS = [4, 8, 12, 16, 20] as const;
/** Rows at most this far from the time belong to its frame, seconds. */
const SAME_FRAME_SECS = 0.05;

export interface HandFrames {
  /** Rising; a frame with two hands has two rows. */
  secs: Float64Array;
  /** 1 left, 2 right. */
  hand: Uint8Array;
  /** 1: filled in between frames rather than seen. */
  interpolated: Uint8Array;
  /** Ten numbers a row: along (white-key widths) and across (0 front, 1 far end) for each fingertip. */
  tips: Float32Array;
}

/** Rows of the frame that is shown at a time: at most one for each hand. */
export function rowsAt(hands: HandFrames, secs: number): number[] {
  const after = lowerBound(hands.secs, secs + 1e-4);
  const rows: number[] = [];
  for (let row = after - 1; row >= 0 && rows.length < 2; row -= 1) {
    if ((hands.secs[row] as number) < (hands.secs[after - 1] as number) - 1e-6 || secs - (hands.secs[row] as number) > SAME_FRAME_SECS) break;
    rows.push(row);
  }
  return rows;
}
