/** A finger as it is drawn on the roll: its number on its colour, hatched for the left hand. */
import { FINGER_COLORS, UNKNOWN_COLOR, inkOn, styleOf } from "../../roll/palette";

const HANDS = ["unknown hand", "left hand", "right hand"];

export function FingerSign({ hand, finger }: { hand: number; finger: number }) {
  const style = styleOf(hand, finger);
  const words = style === 0 ? "finger unknown" : `${HANDS[hand]}, finger ${finger}`;
  return (
    <span class={hand === 1 ? "finger finger-left" : "finger"} role="img" aria-label={words} title={words} style={{ backgroundColor: style === 0 ? UNKNOWN_COLOR : FINGER_COLORS[finger - 1], color: inkOn(style) }}>
      <span>{finger || "?"}</span>
    </span>
  );
}

/** What the colours mean. */
export function FingerLegend() {
  return (
    <div class="finger-legend">
      <span class="muted">Left</span>
      {[5, 4, 3, 2, 1].map((finger) => (
        <FingerSign key={finger} hand={1} finger={finger} />
      ))}
      {[1, 2, 3, 4, 5].map((finger) => (
        <FingerSign key={finger} hand={2} finger={finger} />
      ))}
      <span class="muted">Right</span>
    </div>
  );
}
