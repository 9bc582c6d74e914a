/** Draws fingertips over the keyboard as the overlay video does: left hand hatched, tips not seen but filled in are rings. */
import { type HandFrames, rowsAt } from "./hands";
import { FINGER_COLORS } from "./palette";

const RADIUS = 6;

export function drawFingertips(context: CanvasRenderingContext2D, hands: HandFrames, secs: number, xOf: (widths: number) => number, top: number, height: number): void {
  for (const row of rowsAt(hands, secs)) {
    const left = hands.hand[row] === 1;
    const seen = hands.interpolated[row] === 0;
    for (let finger = 0; finger < 5; finger += 1) {
      const along = hands.tips[row * 10 + finger * 2] as number;
      const across = hands.tips[row * 10 + finger * 2 + 1] as number;
      if (!Number.isFinite(along) || !Number.isFinite(across)) continue;
      const x = xOf(along);
      // Tips above the far end of the keys stay at the edge of the drawing rather than on the notes.
      const y = Math.min(top + height - RADIUS, Math.max(top + RADIUS, top + (1 - across) * height));
      context.beginPath();
      context.arc(x, y, RADIUS, 0, 7);
      context.lineWidth = 2;
      context.strokeStyle = "#141414";
      context.fillStyle = FINGER_COLORS[finger] as string;
      if (seen) context.fill();
      context.stroke();
      if (left) {
        context.lineWidth = 1.5;
        context.beginPath();
        context.moveTo(x - 4, y + 4);
        context.lineTo(x + 4, y - 4);
        context.stroke();
      }
      if (!seen) {
        context.beginPath();
        context.arc(x, y, RADIUS - 2, 0, 7);
        context.strokeStyle = FINGER_COLORS[finger] as string;
        context.stroke();
      }
    }
  }
}
