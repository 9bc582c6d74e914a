/**
 * The five colours of the fingers, thumb first: those of the overlay video (`crates/vision/src/draw/palette.rs`), from the
 * set of Okabe and Ito, which people with colour-blindness tell apart. The left hand is hatched, and every finger has its number.
 */
export const FINGER_COLORS = ["#d55e00", "#e69f00", "#009e73", "#0072b2", "#cc79a7"] as const;
/** Notes whose finger is not known. */
export const UNKNOWN_COLOR = "#969696";
const HATCH_COLOR = "#141414";

/** Notes are drawn in one of eleven styles: unknown, then left 1 to 5, then right 1 to 5. */
export const STYLES = 11;

export function styleOf(hand: number, finger: number): number {
  return hand === 0 || finger === 0 ? 0 : (hand - 1) * 5 + finger;
}

export const isLeft = (style: number): boolean => style >= 1 && style <= 5;
export const fingerOf = (style: number): number => (style === 0 ? 0 : ((style - 1) % 5) + 1);
export const colorOf = (style: number): string => (style === 0 ? UNKNOWN_COLOR : (FINGER_COLORS[fingerOf(style) - 1] as string));

/** What a style's notes are filled with. Made once for each canvas: a pattern belongs to its context's scale. */
export function fills(context: CanvasRenderingContext2D, scale: number): (string | CanvasPattern)[] {
  return Array.from({ length: STYLES }, (_, style) => (isLeft(style) ? hatched(context, colorOf(style), scale) : colorOf(style)));
}

function hatched(context: CanvasRenderingContext2D, color: string, scale: number): string | CanvasPattern {
  const side = Math.round(8 * scale);
  const tile = document.createElement("canvas");
  tile.width = side;
  tile.height = side;
  const brush = tile.getContext("2d");
  if (!brush) return color;
  brush.fillStyle = color;
  brush.fillRect(0, 0, side, side);
  brush.strokeStyle = HATCH_COLOR;
  brush.globalAlpha = 0.55;
  brush.lineWidth = 1.6 * scale;
  for (const shift of [-side, 0, side]) {
    brush.beginPath();
    brush.moveTo(shift - side, side * 2);
    brush.lineTo(shift + side * 2, -side);
    brush.stroke();
  }
  const pattern = context.createPattern(tile, "repeat");
  pattern?.setTransform(new DOMMatrix().scale(1 / scale));
  return pattern ?? color;
}

/** Numbers on blue are white, on the others black: each has the stronger contrast. */
export const inkOn = (style: number): string => (fingerOf(style) === 4 ? "#ffffff" : "#101010");
