/** Loads the hands of a performance through their worker. Without them the roll lacks its fingertips and nothing else. */
import { useEffect, useState } from "preact/hooks";
import { authorization } from "../api/key";
import type { Artifact } from "../api/types";
import type { HandFrames } from "./hands";
import type { HandsAnswer, HandsRequest } from "./hands_worker";

/** An hour and a half of both hands; more would fill the memory of a small machine. */
const SIZE_BYTES_MAX = 400_000_000;

export type LoadedHands = { state: "none" | "loading" } | { state: "loaded"; hands: HandFrames } | { state: "failed"; why: string };

export function useHands(file: Artifact | undefined): LoadedHands {
  const [loaded, setLoaded] = useState<LoadedHands>({ state: "none" });
  const path = file?.path;
  useEffect(() => {
    if (!file) return;
    if (file.size_bytes > SIZE_BYTES_MAX) {
      setLoaded({ state: "failed", why: "the table is too large for a page" });
      return;
    }
    setLoaded({ state: "loading" });
    const worker = new Worker(new URL("./hands_worker.ts", import.meta.url), { type: "module" });
    worker.onmessage = ({ data }: MessageEvent<HandsAnswer>) => {
      setLoaded("hands" in data ? { state: "loaded", hands: data.hands } : { state: "failed", why: data.failed });
      worker.terminate();
    };
    worker.onerror = () => setLoaded({ state: "failed", why: "the reader of hands cannot be loaded" });
    worker.postMessage({ path: file.path, size_bytes: file.size_bytes, headers: authorization() } satisfies HandsRequest);
    return () => worker.terminate();
  }, [path]);
  return loaded;
}
