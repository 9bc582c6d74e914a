/** Uploads a file in pieces. What the server has it keeps: after a break, also of the page, the upload goes on where it was. */
import { get, send } from "./client";
import { AwayError, ProblemError } from "./problem";
import type { Upload } from "./types";

/** Lost at most when the connection breaks: the size in which the server stores what comes. */
const PIECE_BYTES = 8 << 20;
const VAIN_TRIES_MAX = 8;
const WAIT_MS = 1500;

export async function upload(file: File, advanced: (share: number) => void, stop: AbortSignal): Promise<Upload> {
  let known = (await resumed(file)) ?? (await begin(file));
  remember(file, known.id);
  let vain = 0;
  while (!known.complete) {
    advanced(known.received_bytes / known.size_bytes);
    try {
      known = await append(known, file, stop);
      vain = 0;
    } catch (error) {
      const again = error instanceof AwayError || (error instanceof ProblemError && ["upload_offset", "upload_busy", "body_cut_off", "store_unavailable", "catalog_unavailable"].includes(error.problem.code));
      vain += 1;
      if (!again || vain > VAIN_TRIES_MAX || stop.aborted) throw error;
      await new Promise((resolve) => setTimeout(resolve, WAIT_MS));
      known = await get<Upload>(`/v1/uploads/${known.id}`).catch(() => known);
    }
  }
  advanced(1);
  forget(file);
  return known;
}

async function begin(file: File): Promise<Upload> {
  const answer = await send("/v1/uploads", { method: "POST", body: JSON.stringify({ name: file.name, size_bytes: file.size }), headers: { "content-type": "application/json" } });
  return (await answer.json()) as Upload;
}

async function append(known: Upload, file: File, stop: AbortSignal): Promise<Upload> {
  const from = known.received_bytes;
  const answer = await send(`/v1/uploads/${known.id}`, {
    method: "PATCH",
    body: file.slice(from, from + PIECE_BYTES),
    headers: { "content-type": "application/octet-stream", "upload-offset": String(from) },
    signal: stop,
    patient: true,
  });
  return (await answer.json()) as Upload;
}

const placeOf = (file: File): string => `toccata.upload ${file.name} ${file.size} ${file.lastModified}`;

async function resumed(file: File): Promise<Upload | null> {
  try {
    const id = sessionStorage.getItem(placeOf(file));
    return id ? await get<Upload>(`/v1/uploads/${id}`) : null;
  } catch {
    return null;
  }
}

function remember(file: File, id: string): void {
  try {
    sessionStorage.setItem(placeOf(file), id);
  } catch {
    // Without storage an upload goes on only while the page is open.
  }
}

function forget(file: File): void {
  try {
    sessionStorage.removeItem(placeOf(file));
  } catch {
    // See above.
  }
}
