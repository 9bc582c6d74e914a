/** Reads the fingertips out of `hands.parquet`: five columns of nine, by ranges, away from the page's thread. */
import { decompress } from "fzstd";
import { type AsyncBuffer, parquetMetadataAsync, parquetReadObjects } from "hyparquet";
import { decodeProblem } from "../api/problem";
import { type HandFrames, TIP_LANDMARKS } from "./hands";

export interface HandsRequest {
  path: string;
  size_bytes: number;
  headers: Record<string, string>;
}

export type HandsAnswer = { hands: HandFrames } | { failed: string };

const scope = self as unknown as DedicatedWorkerGlobalScope;
/** Rows that become objects at a time. */
const ROWS_AT_ONCE = 8192;

scope.onmessage = async ({ data }: MessageEvent<HandsRequest>): Promise<void> => {
  try {
    const hands = await read(byRanges(data));
    scope.postMessage({ hands } satisfies HandsAnswer, [hands.secs.buffer, hands.hand.buffer, hands.interpolated.buffer, hands.tips.buffer] as ArrayBuffer[]);
  } catch (error) {
    scope.postMessage({ failed: error instanceof Error ? error.message : String(error) } satisfies HandsAnswer);
  }
};

function byRanges({ path, size_bytes, headers }: HandsRequest): AsyncBuffer {
  return {
    byteLength: size_bytes,
    slice: async (start, end = size_bytes) => {
      const answer = await fetch(path, { headers: { ...headers, range: `bytes=${start}-${end - 1}` } });
      if (!answer.ok) throw decodeProblem(answer.status, answer.headers.get("content-type") ?? "", await answer.text());
      return answer.arrayBuffer();
    },
  };
}

async function read(file: AsyncBuffer): Promise<HandFrames> {
  const metadata = await parquetMetadataAsync(file);
  const rows = Number(metadata.num_rows);
  const hands: HandFrames = { secs: new Float64Array(rows), hand: new Uint8Array(rows), interpolated: new Uint8Array(rows), tips: new Float32Array(rows * 10) };
  const compressors = { ZSTD: (input: Uint8Array, outputLength: number) => decompress(input, new Uint8Array(outputLength)) };
  for (let rowStart = 0; rowStart < rows; rowStart += ROWS_AT_ONCE) {
    const part = await parquetReadObjects({ file, metadata, compressors, rowStart, rowEnd: Math.min(rows, rowStart + ROWS_AT_ONCE), columns: ["secs", "hand", "interpolated", "x_keyboard", "y_keyboard"] });
    for (const [index, row] of part.entries()) fill(hands, rowStart + index, row);
  }
  return hands;
}

function fill(hands: HandFrames, row: number, read: Record<string, unknown>): void {
  const along = read["x_keyboard"] as ArrayLike<number>;
  const across = read["y_keyboard"] as ArrayLike<number>;
  hands.secs[row] = read["secs"] as number;
  hands.hand[row] = read["hand"] === "left" ? 1 : 2;
  hands.interpolated[row] = read["interpolated"] ? 1 : 0;
  for (const [finger, landmark] of TIP_LANDMARKS.entries()) {
    hands.tips[row * 10 + finger * 2] = along[landmark] ?? Number.NaN;
    hands.tips[row * 10 + finger * 2 + 1] = across[landmark] ?? Number.NaN;
  }
}
