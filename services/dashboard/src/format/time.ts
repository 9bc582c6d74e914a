/** Times as people read them. Figures are short, and their full form is in the element's title. */

/** 9.8 s, 2 min 5 s, 3 h 20 min, 4 d 2 h. */
export function duration(secs: number): string {
  if (!Number.isFinite(secs)) return "–";
  const whole = Math.max(0, secs);
  if (whole < 0.95) return `${Math.round(whole * 1000)} ms`;
  if (whole < 9.95) return `${whole.toFixed(1)} s`;
  const rounded = Math.round(whole);
  if (rounded < 60) return `${rounded} s`;
  if (rounded < 3600) return two(Math.floor(rounded / 60), "min", rounded % 60, "s");
  const minutes = Math.round(whole / 60);
  if (minutes < 24 * 60) return two(Math.floor(minutes / 60), "h", minutes % 60, "min");
  const hours = Math.round(whole / 3600);
  return two(Math.floor(hours / 24), "d", hours % 24, "h");
}

function two(large: number, unit: string, small: number, smallUnit: string): string {
  return small === 0 ? `${large} ${unit}` : `${large} ${unit} ${small} ${smallUnit}`;
}

/** "just now", "12 s ago", "in 3 min". */
export function relative(ms: number, now_ms: number): string {
  const secs = (now_ms - ms) / 1000;
  if (Math.abs(secs) < 2) return "just now";
  const text = coarse(Math.abs(secs));
  return secs > 0 ? `${text} ago` : `in ${text}`;
}

function coarse(secs: number): string {
  if (secs < 60) return `${Math.round(secs)} s`;
  if (secs < 3600) return `${Math.round(secs / 60)} min`;
  if (secs < 48 * 3600) return `${Math.round(secs / 3600)} h`;
  return `${Math.round(secs / 86400)} d`;
}

/** 2026-11-23 17:45:01, in the reader's time zone. */
export function stamp(ms: number): string {
  const date = new Date(ms);
  const part = (value: number): string => String(value).padStart(2, "0");
  const day = `${date.getFullYear()}-${part(date.getMonth() + 1)}-${part(date.getDate())}`;
  return `${day} ${part(date.getHours())}:${part(date.getMinutes())}:${part(date.getSeconds())}`;
}

/** 17:45:01 */
export function clock(ms: number): string {
  return stamp(ms).slice(11);
}

/** A place in a recording: 1:02.35 */
export function position(secs: number): string {
  const hundredths = Math.max(0, Math.round(secs * 100));
  const minutes = Math.floor(hundredths / 6000);
  const rest = hundredths % 6000;
  return `${minutes}:${String(Math.floor(rest / 100)).padStart(2, "0")}.${String(rest % 100).padStart(2, "0")}`;
}
