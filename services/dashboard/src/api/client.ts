/** Asks the API. Everything the dashboard sends goes through here. */
import { seenAlive, seenAway } from "./connection";
import { authorization, keyWanted } from "./key";
import { AwayError, ProblemError, decodeProblem } from "./problem";
import type * as T from "./types";

/** An answer that takes longer will not come. */
const ANSWER_MS_MAX = 30_000;

export interface Asked {
  method?: "GET" | "POST" | "PATCH" | "DELETE";
  body?: BodyInit;
  headers?: Record<string, string>;
  signal?: AbortSignal;
  /** Long transfers have no limit of their own. */
  patient?: boolean;
}

/** Sends a request and returns the successful answer; throws `ProblemError` or `AwayError`. */
export async function send(path: string, asked: Asked = {}): Promise<Response> {
  const limits = [asked.signal, asked.patient ? undefined : AbortSignal.timeout(ANSWER_MS_MAX)];
  let answer: Response;
  try {
    answer = await fetch(path, {
      method: asked.method ?? "GET",
      headers: { ...authorization(), ...asked.headers },
      signal: AbortSignal.any(limits.filter((limit) => limit !== undefined)),
      ...(asked.body === undefined ? {} : { body: asked.body }),
    });
  } catch (error) {
    if (asked.signal?.aborted) throw error;
    seenAway();
    throw new AwayError(error);
  }
  if (answer.ok) {
    seenAlive();
    return answer;
  }
  const error = decodeProblem(answer.status, answer.headers.get("content-type") ?? "", await answer.text().catch(() => ""));
  if (error instanceof ProblemError) {
    seenAlive();
    if (error.problem.status === 401) keyWanted.value = true;
  } else {
    seenAway();
  }
  throw error;
}

export async function get<R>(path: string, signal?: AbortSignal): Promise<R> {
  const answer = await send(path, signal ? { signal } : {});
  return (await answer.json()) as R;
}

async function post<R>(path: string, body?: unknown): Promise<R> {
  const json = body === undefined ? {} : { body: JSON.stringify(body), headers: { "content-type": "application/json" } };
  const answer = await send(path, { method: "POST", ...json });
  return (await answer.json()) as R;
}

export const cancelJob = (id: string) => post<T.Job>(`/v1/jobs/${id}/cancel`);
export const retryJob = (id: string) => post<T.Job>(`/v1/jobs/${id}/retry`);
export const cancelBatch = (id: string) => post<T.Batch>(`/v1/batches/${id}/cancel`);
export const retryBatch = (id: string) => post<T.Batch>(`/v1/batches/${id}/retry-failed`);

export const submitAddress = (url: string, options: T.Options) => post<T.JobAccepted>("/v1/videos", { url, options });
export const submitUpload = (upload: string, notes: string | null, options: T.Options) =>
  post<T.JobAccepted>("/v1/videos", { upload, options, ...(notes ? { notes_upload: notes } : {}) });
export const submitBatch = (batch: { name?: string; url?: string; urls?: string[]; options: T.Options }) =>
  post<T.BatchAccepted>("/v1/batches", batch);

/** A path with those parameters that say something. */
export function withQuery(path: string, parameters: Record<string, string | number | null | undefined>): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) {
    if (value !== null && value !== undefined && value !== "") query.set(name, String(value));
  }
  const text = query.toString();
  return text ? `${path}?${text}` : path;
}
