/** Loads a performance through its worker. */
import { useEffect, useState } from "preact/hooks";
import { authorization } from "../api/key";
import { type Problem, problemOf } from "../api/problem";
import type { Decoded } from "./decode";
import type { DecodeAnswer, DecodeRequest } from "./decode_worker";

export interface Loaded {
  decoded: Decoded | undefined;
  problem: Problem | undefined;
}

export function usePerformance(path: string | undefined): Loaded {
  const [loaded, setLoaded] = useState<Loaded>({ decoded: undefined, problem: undefined });
  useEffect(() => {
    if (!path) return;
    setLoaded({ decoded: undefined, problem: undefined });
    const worker = new Worker(new URL("./decode_worker.ts", import.meta.url), { type: "module" });
    worker.onmessage = ({ data }: MessageEvent<DecodeAnswer>) => {
      setLoaded("decoded" in data ? { decoded: data.decoded, problem: undefined } : { decoded: undefined, problem: data.problem });
      worker.terminate();
    };
    worker.onerror = (event) => setLoaded({ decoded: undefined, problem: problemOf(new Error(event.message || "the reader of performances cannot be loaded")) });
    worker.postMessage({ path, headers: authorization() } satisfies DecodeRequest);
    return () => worker.terminate();
  }, [path]);
  return loaded;
}
