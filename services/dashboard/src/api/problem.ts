/** What can go wrong with a request, as values the pages can show. */
import type { Problem } from "./types";

export type { Problem };

/** The server answered that it does not do this: RFC 9457. */
export class ProblemError extends Error {
  constructor(readonly problem: Problem) {
    super(problem.detail || problem.title);
    this.name = "ProblemError";
  }
}

/** Nobody answered: the network or the API is away. What was known stays on the page. */
export class AwayError extends Error {
  constructor(cause?: unknown) {
    super("The API does not answer.", { cause });
    this.name = "AwayError";
  }
}

/** Reads an answer that is not a success. An answer that is no problem document comes from a proxy: the API is away. */
export function decodeProblem(status: number, contentType: string, body: string): ProblemError | AwayError {
  if (/^application\/(problem\+)?json\b/.test(contentType)) {
    try {
      const read: unknown = JSON.parse(body);
      if (isProblem(read)) return new ProblemError({ ...read, errors: Array.isArray(read.errors) ? read.errors : [] });
    } catch {
      // Cut off on its way; judged by its status below.
    }
  }
  if (status >= 500) return new AwayError(`HTTP ${status}`);
  return new ProblemError({
    type: "about:blank",
    title: `The request was answered with ${status}`,
    status,
    code: `http_${status}`,
    detail: "The answer says no more.",
    errors: [],
    trace_id: "",
  });
}

function isProblem(value: unknown): value is Problem {
  if (typeof value !== "object" || value === null) return false;
  const { title, status, code } = value as Record<string, unknown>;
  return typeof title === "string" && typeof status === "number" && typeof code === "string";
}

/** Any thrown value as a problem to show. */
export function problemOf(error: unknown): Problem {
  if (error instanceof ProblemError) return error.problem;
  const away = error instanceof AwayError;
  return {
    type: "about:blank",
    title: away ? "The API is away" : "The dashboard failed",
    status: 0,
    code: away ? "api_away" : "dashboard_fault",
    detail: away ? "Nobody answered. It is asked again by itself." : error instanceof Error ? error.message : String(error),
    errors: [],
    trace_id: "",
  };
}
