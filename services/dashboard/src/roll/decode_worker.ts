/** Fetches and reads a performance away from the page's thread: 50,000 notes are some 20 MB of JSON. */
import { decodeProblem, problemOf } from "../api/problem";
import type { Problem } from "../api/problem";
import { buffersOf, decode, type Decoded } from "./decode";

export interface DecodeRequest {
  path: string;
  headers: Record<string, string>;
}

export type DecodeAnswer = { decoded: Decoded } | { problem: Problem };

const scope = self as unknown as DedicatedWorkerGlobalScope;

scope.onmessage = async ({ data }: MessageEvent<DecodeRequest>): Promise<void> => {
  try {
    const answer = await fetch(data.path, { headers: data.headers });
    if (!answer.ok) throw decodeProblem(answer.status, answer.headers.get("content-type") ?? "", await answer.text());
    const decoded = decode(await answer.json());
    scope.postMessage({ decoded } satisfies DecodeAnswer, buffersOf(decoded));
  } catch (error) {
    scope.postMessage({ problem: problemOf(error) } satisfies DecodeAnswer);
  }
};
