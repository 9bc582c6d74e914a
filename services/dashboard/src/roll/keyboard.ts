/** Where the 88 keys lie, in white-key widths from the bass end of A0: 0 to 52, as in `performance.json`. */

export const LOWEST_PITCH = 21;
export const HIGHEST_PITCH = 108;
/** A black key is 13.7 mm wide where a white one is 23.5 mm. */
export const BLACK_WIDTH = 13.7 / 23.5;
/** Black keys end at this part of a white key's length, from its far end. */
export const BLACK_LENGTH = 0.64;

const SEMITONE_IS_BLACK = [false, true, false, true, false, false, true, false, true, false, true, false];
/** Black keys do not stand right in the middle: outer ones of a group lean outwards, white-key widths. */
const LEAN = [0, -0.1, 0, 0.1, 0, 0, -0.14, 0, 0, 0, 0.14, 0];

export interface Key {
  pitch: number;
  black: boolean;
  /** White-key widths. */
  left: number;
  right: number;
}

export const KEYS: readonly Key[] = allKeys();

function allKeys(): Key[] {
  const keys: Key[] = [];
  let white = 0;
  for (let pitch = LOWEST_PITCH; pitch <= HIGHEST_PITCH; pitch += 1) {
    const black = SEMITONE_IS_BLACK[pitch % 12] as boolean;
    if (black) {
      const middle = white + (LEAN[pitch % 12] as number);
      keys.push({ pitch, black, left: middle - BLACK_WIDTH / 2, right: middle + BLACK_WIDTH / 2 });
    } else {
      keys.push({ pitch, black, left: white, right: white + 1 });
      white += 1;
    }
  }
  return keys;
}

export function keyOf(pitch: number): Key {
  const key = KEYS[Math.min(HIGHEST_PITCH, Math.max(LOWEST_PITCH, pitch)) - LOWEST_PITCH];
  return key as Key;
}

/** The stretch of whole octaves, C to B, that holds these pitches; at least three octaves. */
export function stretchOf(lowest: number, highest: number): { from: number; to: number } {
  let low = Math.floor(lowest / 12) * 12;
  let high = Math.floor(highest / 12) * 12 + 11;
  while (high - low < 35) {
    if (high < HIGHEST_PITCH) high += 12;
    else low -= 12;
  }
  const from = keyOf(Math.max(LOWEST_PITCH, low));
  const to = keyOf(Math.min(HIGHEST_PITCH, high));
  return { from: Math.floor(from.left), to: Math.ceil(to.right) };
}

const NAMES = ["C", "C♯", "D", "E♭", "E", "F", "F♯", "G", "A♭", "A", "B♭", "B"];

/** C4 is middle C, pitch 60. */
export const pitchName = (pitch: number): string => `${NAMES[pitch % 12]}${Math.floor(pitch / 12) - 1}`;
