/** The address a player can use. Without a key that is the file's own, with ranges; with one the file has to be fetched whole. */
import { useEffect, useState } from "preact/hooks";
import { send } from "../api/client";
import { apiKey } from "../api/key";
import { type Problem, problemOf } from "../api/problem";

export interface MediaUrl {
  url: string | undefined;
  problem: Problem | undefined;
}

export function useMediaUrl(path: string | undefined): MediaUrl {
  const needsKey = apiKey.value !== "";
  const [fetched, setFetched] = useState<MediaUrl>({ url: undefined, problem: undefined });
  useEffect(() => {
    if (!path || !needsKey) return undefined;
    const stop = new AbortController();
    let url: string | undefined;
    send(path, { patient: true, signal: stop.signal })
      .then((answer) => answer.blob())
      .then((blob) => {
        url = URL.createObjectURL(blob);
        setFetched({ url, problem: undefined });
      })
      .catch((error: unknown) => !stop.signal.aborted && setFetched({ url: undefined, problem: problemOf(error) }));
    return () => {
      stop.abort();
      if (url) URL.revokeObjectURL(url);
    };
  }, [path, needsKey]);
  return needsKey ? fetched : { url: path, problem: undefined };
}
