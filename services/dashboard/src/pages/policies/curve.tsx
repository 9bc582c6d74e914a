/** Training curves out of `curve.csv`: the first column is the step, each other one a line. */
import { useEffect, useState } from "preact/hooks";
import { send } from "../../api/client";
import { count } from "../../format/figures";

export interface Curve {
  names: string[];
  rows: number[][];
}

export function readCurve(text: string): Curve {
  const [head = "", ...lines] = text.trim().split(/\r?\n/);
  const rows = lines.map((line) => line.split(",").map(Number)).filter((row) => row.every(Number.isFinite));
  return { names: head.split(",").map((name) => name.trim()), rows };
}

const WIDTH = 600;
const HEIGHT = 120;

export function CurveChart({ path }: { path: string }) {
  const [curve, setCurve] = useState<Curve>();
  useEffect(() => {
    send(path)
      .then((answer) => answer.text())
      .then((text) => setCurve(readCurve(text)), () => undefined);
  }, [path]);
  if (!curve || curve.rows.length < 2) return <p class="muted">The curve has fewer than two points.</p>;
  const { rows } = curve;
  const first = rows[0]?.[0] ?? 0;
  const last = rows[rows.length - 1]?.[0] ?? 1;
  return (
    <div class="curves">
      {curve.names.slice(1).map((name, index) => {
        const values = rows.map((row) => row[index + 1] ?? 0);
        const low = Math.min(...values);
        const span = Math.max(...values) - low || 1;
        const points = rows.map((row, at) => `${(((row[0] ?? 0) - first) / (last - first || 1)) * WIDTH},${HEIGHT - (((values[at] ?? 0) - low) / span) * (HEIGHT - 4) - 2}`);
        return (
          <figure key={name}>
            <figcaption>
              <strong>{name.replaceAll("_", " ")}</strong> <span class="num">{values[values.length - 1]?.toPrecision(3)}</span>
              <span class="muted"> {low.toPrecision(2)} – {(low + span).toPrecision(2)}, {count(last)} steps</span>
            </figcaption>
            <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" role="img" aria-label={`${name} over training`}>
              <polyline class="curve" points={points.join(" ")} />
            </svg>
          </figure>
        );
      })}
    </div>
  );
}
