/** Something the API knows, kept fresh: loaded at once, again on a timer, on events, and when the API is back. */
import { useEffect, useRef, useState } from "preact/hooks";
import { get } from "./client";
import { listen, whenBack } from "./live";
import { type Problem, problemOf } from "./problem";
import type { JobEvent } from "./types";

/** Events come in bursts; one load answers for all of a burst. */
const BURST_MS = 300;
/** A path that was shown before is shown at once, old as it may be, while it is loaded again. */
const KNOWN_MAX = 60;
const known = new Map<string, unknown>();

export interface Resource<T> {
  value: T | undefined;
  /** Why the last load failed; the value is what was last known. */
  problem: Problem | undefined;
  loading: boolean;
  reload: () => void;
}

export interface Freshness {
  everyMs?: number;
  /** Events after which it is loaded again. */
  on?: (name: string, event: JobEvent) => boolean;
  /** Not more often than this, however many events come. */
  gapMs?: number;
}

/** Loads `path`; null loads nothing. */
export function useResource<T>(path: string | null, freshness: Freshness = {}): Resource<T> {
  const [state, setState] = useState<{ path: string | null; value: T | undefined; problem: Problem | undefined; loading: boolean }>(() => first(path));
  const reloadRef = useRef<() => void>(() => undefined);
  const on = useRef(freshness.on);
  on.current = freshness.on;
  useEffect(() => {
    if (path === null) return;
    const stop = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    let loading = false;
    let again = false;
    let loadedAt = 0;
    const load = async (): Promise<void> => {
      if (loading) {
        again = true;
        return;
      }
      loading = true;
      loadedAt = Date.now();
      try {
        const value = await get<T>(path, stop.signal);
        remember(path, value);
        setState({ path, value, problem: undefined, loading: false });
      } catch (error) {
        if (stop.signal.aborted) return;
        setState((before) => ({ ...before, path, problem: problemOf(error), loading: false }));
      }
      loading = false;
      if (again) {
        again = false;
        soon();
      }
    };
    const soon = (): void => {
      timer ??= setTimeout(() => {
        timer = undefined;
        void load();
      }, Math.max(BURST_MS, loadedAt + (freshness.gapMs ?? 0) - Date.now()));
    };
    reloadRef.current = () => void load();
    setState(first(path));
    void load();
    const everyMs = freshness.everyMs;
    const interval = everyMs ? setInterval(() => document.visibilityState === "visible" && void load(), everyMs) : undefined;
    const forget = [listen((name, event) => on.current?.(name, event) && soon()), whenBack(soon)];
    return () => {
      stop.abort();
      clearInterval(interval);
      clearTimeout(timer);
      for (const one of forget) one();
    };
  }, [path, freshness.everyMs, freshness.gapMs]);
  const current = state.path === path ? state : first<T>(path);
  return { value: current.value, problem: current.problem, loading: current.loading, reload: () => reloadRef.current() };
}

function first<T>(path: string | null): { path: string | null; value: T | undefined; problem: undefined; loading: boolean } {
  return { path, value: path === null ? undefined : (known.get(path) as T | undefined), problem: undefined, loading: path !== null };
}

function remember(path: string, value: unknown): void {
  known.delete(path);
  known.set(path, value);
  if (known.size > KNOWN_MAX) known.delete(known.keys().next().value as string);
}
