/** Back and forth through a list. */
import type { Paged } from "../api/paged";
import { NextIcon, PreviousIcon } from "./icons";

export function Pager<T>({ list, what }: { list: Paged<T>; what: string }) {
  if (!list.back && !list.next) return null;
  return (
    <nav class="pager" aria-label={`Pages of ${what}`}>
      <button type="button" class="button" disabled={!list.back} onClick={list.back}>
        <PreviousIcon /> Newer
      </button>
      <button type="button" class="button" disabled={!list.next} onClick={list.next}>
        Older <NextIcon />
      </button>
    </nav>
  );
}
