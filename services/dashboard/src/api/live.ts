/**
 * The one event stream of a tab. It outlives restarts of the API: it comes back with the last event's id, so that nothing
 * in between is missed. Fetched rather than by `EventSource`, which cannot send a key.
 */
import { effect } from "@preact/signals";
import { seenAlive, seenAway } from "./connection";
import { EventParser } from "./event_parser";
import { apiKey, authorization, keyWanted } from "./key";
import type { JobEvent } from "./types";

/** The server sends a comment every 15 s; silence for longer means that the connection is dead. */
const SILENCE_MS_MAX = 25_000;
const WAIT_MS_MIN = 500;
const WAIT_MS_MAX = 10_000;

export type Listener = (name: string, event: JobEvent) => void;

const listeners = new Set<Listener>();
const returns = new Set<() => void>();
let lastId: string | null = null;

/** Hears every event until the returned function is called. */
export function listen(listener: Listener): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Called whenever the stream is back after it was away: what was loaded before may be old. */
export function whenBack(reload: () => void): () => void {
  returns.add(reload);
  return () => returns.delete(reload);
}

/** Follows the stream while the page is visible. Browsers allow six connections a host, so hidden tabs hold none. */
export function startLive(): void {
  let running: AbortController | null = null;
  const adjust = (): void => {
    const wanted = document.visibilityState === "visible" && !keyWanted.value;
    if (wanted && !running) {
      running = new AbortController();
      void follow(running.signal);
    } else if (!wanted && running) {
      running.abort();
      running = null;
    }
  };
  document.addEventListener("visibilitychange", adjust);
  effect(() => {
    void apiKey.value;
    running?.abort();
    running = null;
    adjust();
  });
}

async function follow(stop: AbortSignal): Promise<void> {
  let vain = 0;
  let broke = false;
  while (!stop.aborted) {
    const began = await readOnce(stop, () => {
      vain = 0;
      seenAlive();
      if (broke) for (const reload of returns) reload();
      broke = false;
    });
    if (stop.aborted) return;
    broke = true;
    if (began === "refused") return;
    if (began === "away") seenAway();
    await wait(waitMs(vain), stop);
    vain += 1;
  }
}

/** Doubles from half a second to ten; a random part keeps a hundred tabs from coming back at once. */
export function waitMs(vain: number, random: () => number = Math.random): number {
  const most = Math.min(WAIT_MS_MAX, WAIT_MS_MIN * 2 ** Math.min(vain, 10));
  return most * (0.5 + random() / 2);
}

async function readOnce(stop: AbortSignal, onOpen: () => void): Promise<"ended" | "away" | "refused"> {
  const silence = new AbortController();
  let timer = setTimeout(() => silence.abort(), SILENCE_MS_MAX);
  try {
    const answer = await fetch("/v1/events", {
      headers: { accept: "text/event-stream", ...authorization(), ...(lastId === null ? {} : { "last-event-id": lastId }) },
      signal: AbortSignal.any([stop, silence.signal]),
    });
    if (answer.status === 401 || answer.status === 403) {
      keyWanted.value = true;
      return "refused";
    }
    if (!answer.ok || !answer.body) return "away";
    onOpen();
    const parser = new EventParser();
    const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return "away";
      clearTimeout(timer);
      timer = setTimeout(() => silence.abort(), SILENCE_MS_MAX);
      for (const event of parser.feed(value)) {
        if (event.id !== null) lastId = event.id;
        tell(event.name, event.data);
      }
    }
  } catch {
    return stop.aborted ? "ended" : "away";
  } finally {
    clearTimeout(timer);
  }
}

function tell(name: string, data: string): void {
  let event: JobEvent;
  try {
    event = JSON.parse(data) as JobEvent;
  } catch {
    return;
  }
  for (const listener of [...listeners]) listener(name, event);
}

function wait(ms: number, stop: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(done, ms);
    stop.addEventListener("abort", done, { once: true });
    function done(): void {
      clearTimeout(timer);
      stop.removeEventListener("abort", done);
      resolve();
    }
  });
}
