/** What the server under test knows, asked before the pages are opened. */
import type { APIRequestContext } from "@playwright/test";

export interface Known {
  performance: string | null;
  performanceJob: string | null;
  policy: string | null;
  refused: string | null;
  batch: string | null;
}

export async function known(request: APIRequestContext): Promise<Known> {
  const first = async (path: string): Promise<Record<string, string> | undefined> => {
    const answer = await request.get(path);
    return ((await answer.json()) as { items: Record<string, string>[] }).items[0];
  };
  const performance = await first("/v1/performances?limit=1");
  return {
    performance: performance?.["id"] ?? null,
    performanceJob: performance?.["job"] ?? null,
    policy: (await first("/v1/jobs?kind=train_policy&state=completed&limit=1"))?.["id"] ?? null,
    refused: (await first("/v1/jobs?state=discarded&limit=1"))?.["id"] ?? null,
    batch: (await first("/v1/batches?limit=1"))?.["id"] ?? null,
  };
}
