/** A moment as people say it, with the exact one for who points at it. */
import { relative, stamp } from "../format/time";
import { now } from "./now";

export function When({ ms }: { ms: number | null | undefined }) {
  if (ms === null || ms === undefined) return <span class="muted nil">–</span>;
  return (
    <time dateTime={new Date(ms).toISOString()} title={stamp(ms)}>
      {relative(ms, now.value)}
    </time>
  );
}
