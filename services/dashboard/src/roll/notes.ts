/**
 * The notes of a performance as columns of numbers: fifty thousand of them pass from the worker to the page without a copy,
 * and those that are visible are found by binary search.
 */

/** Long notes are kept apart, so that one held for minutes does not make every search begin minutes earlier. */
export const LONG_SECS = 8;

export interface Notes {
  length: number;
  /** Seconds of the video, rising. */
  onset: Float64Array;
  offset: Float64Array;
  pitch: Uint8Array;
  velocity: Uint8Array;
  /** 0 unknown, 1 left, 2 right. */
  hand: Uint8Array;
  /** 0 unknown, 1 to 5. */
  finger: Uint8Array;
  confidence: Float32Array;
  /** Two bits a witness (sound, key, fingertip): 0 could not see, 1 agrees, 2 contradicts. */
  witnesses: Uint8Array;
  /** The next best finger, as `hand * 8 + finger`; 0 none. */
  runnerUp: Uint8Array;
  /** NaN where there is none. White-key widths. */
  margin: Float32Array;
  /** Places of notes longer than `LONG_SECS`. */
  long: Uint32Array;
}

/** The first place whose value is not below `wanted`. */
export function lowerBound(values: Float64Array, wanted: number): number {
  let low = 0;
  let high = values.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((values[middle] as number) < wanted) low = middle + 1;
    else high = middle;
  }
  return low;
}

/**
 * Calls `each` for every note that sounds between two times, and returns how many were looked at. Short notes begin at most
 * `LONG_SECS` before the window; long ones are looked at one by one.
 */
export function eachBetween(notes: Notes, from_secs: number, to_secs: number, each: (index: number) => void): number {
  let looked = 0;
  for (const index of notes.long) {
    looked += 1;
    if ((notes.onset[index] as number) < to_secs && (notes.offset[index] as number) > from_secs) each(index);
  }
  const end = lowerBound(notes.onset, to_secs);
  for (let index = lowerBound(notes.onset, from_secs - LONG_SECS); index < end; index += 1) {
    looked += 1;
    const offset = notes.offset[index] as number;
    if (offset > from_secs && offset - (notes.onset[index] as number) <= LONG_SECS) each(index);
  }
  return looked;
}

/** Places of the least certain notes, the least certain first. */
export function leastCertain(notes: Notes, wanted: number): Uint32Array {
  const order = Uint32Array.from({ length: notes.length }, (_, index) => index);
  order.sort((a, b) => (notes.confidence[a] as number) - (notes.confidence[b] as number) || a - b);
  return order.slice(0, wanted);
}

export const lastOffset = (notes: Notes): number => notes.offset.reduce((most, offset) => (offset > most ? offset : most), 0);
