/** Pages through a list by its cursors, forwards and back, with the place in the address so that it can be shared. */
import { go, place } from "../router";
import { useResource, type Freshness, type Resource } from "./resource";
import type { Page } from "./types";
import { useRef } from "preact/hooks";

export interface Paged<T> extends Resource<Page<T>> {
  /** Undefined where there is none. */
  next: (() => void) | undefined;
  back: (() => void) | undefined;
}

/** `path` already carries the filters. The page stays live only at the top: further down rows must not move under the reader. */
export function usePaged<T>(path: string, freshness: Freshness): Paged<T> {
  const cursor = place.value.query.get("cursor");
  const trail = useRef<(string | null)[]>([]);
  const full = cursor ? `${path}${path.includes("?") ? "&" : "?"}cursor=${encodeURIComponent(cursor)}` : path;
  const list = useResource<Page<T>>(full, cursor ? {} : freshness);
  const following = list.value?.next_cursor;
  return {
    ...list,
    next: following
      ? () => {
          trail.current.push(cursor);
          move(following);
        }
      : undefined,
    back: cursor ? () => move(trail.current.pop() ?? null) : undefined,
  };
}

function move(cursor: string | null): void {
  const query = new URLSearchParams(place.value.query);
  if (cursor === null) query.delete("cursor");
  else query.set("cursor", cursor);
  const text = query.toString();
  go(place.value.path + (text ? `?${text}` : ""));
  scrollTo(0, 0);
}
