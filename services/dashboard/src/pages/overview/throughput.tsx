/** How many jobs ended in each minute of the last hour. */
import { clock } from "../../format/time";
import type { MinuteBar } from "./recent";

const HEIGHT = 96;
const STEP = 10;
const BAR = 7;

export function Throughput({ bars }: { bars: readonly MinuteBar[] }) {
  const most = Math.max(4, ...bars.map((bar) => bar.completed + bar.refused));
  const scale = (HEIGHT - 4) / most;
  const completed = bars.reduce((sum, bar) => sum + bar.completed, 0);
  const refused = bars.reduce((sum, bar) => sum + bar.refused, 0);
  const first = bars[0];
  const last = bars[bars.length - 1];
  return (
    <figure class="throughput">
      <div class="chart-frame">
        <span class="chart-most" aria-hidden="true">{most}</span>
        <svg viewBox={`0 0 ${bars.length * STEP} ${HEIGHT}`} preserveAspectRatio="none" role="img" aria-label={`${completed} jobs completed and ${refused} refused in the last ${bars.length} minutes`}>
          <line x1="0" x2={bars.length * STEP} y1={HEIGHT - 0.5} y2={HEIGHT - 0.5} class="chart-line" />
          <line x1="0" x2={bars.length * STEP} y1={HEIGHT / 2} y2={HEIGHT / 2} class="chart-line faint" />
          {bars.map((bar, index) => (
            <g key={bar.start_ms}>
              <title>{`${clock(bar.start_ms).slice(0, 5)}: ${bar.completed} completed, ${bar.refused} refused`}</title>
              <rect class="bar-completed" x={index * STEP + 1} width={BAR} y={HEIGHT - bar.completed * scale} height={bar.completed * scale} />
              <rect class="bar-refused" x={index * STEP + 1} width={BAR} y={HEIGHT - (bar.completed + bar.refused) * scale} height={bar.refused * scale} />
            </g>
          ))}
        </svg>
      </div>
      <figcaption>
        <span>{first && clock(first.start_ms).slice(0, 5)}</span>
        <span class="legend">
          <span class="swatch bar-completed" aria-hidden="true" /> {completed} completed
          <span class="swatch bar-refused" aria-hidden="true" /> {refused} refused
        </span>
        <span>{last && clock(last.start_ms + 60_000).slice(0, 5)}</span>
      </figcaption>
    </figure>
  );
}
