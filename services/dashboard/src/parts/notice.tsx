/** Says what is wrong, or what to do where there is nothing yet. */
import type { ComponentChildren } from "preact";
import type { Problem } from "../api/problem";
import { AlertIcon } from "./icons";

export function ProblemNotice({ problem, retry }: { problem: Problem; retry?: () => void }) {
  return (
    <div class="notice notice-bad" role="alert">
      <AlertIcon />
      <div>
        <strong>{problem.title}</strong>
        <p>{problem.detail}</p>
        {problem.errors.length > 0 && (
          <ul>
            {problem.errors.map((error) => (
              <li key={error.pointer}>
                <code>{error.pointer || "body"}</code> {error.detail}
              </li>
            ))}
          </ul>
        )}
        <p class="small muted">
          <code>{problem.code}</code>
          {problem.trace_id && (
            <>
              {" · trace "}
              <code>{problem.trace_id}</code>
            </>
          )}
        </p>
        {retry && (
          <button type="button" class="button" onClick={retry}>
            Ask again
          </button>
        )}
      </div>
    </div>
  );
}

export function Empty({ title, children }: { title: string; children?: ComponentChildren }) {
  return (
    <div class="empty">
      <p class="empty-title">{title}</p>
      {children && <div class="muted">{children}</div>}
    </div>
  );
}

/** Keeps the place of what is on its way, so that nothing jumps. */
export function Loading({ lines = 3 }: { lines?: number }) {
  return (
    <div class="loading" role="status">
      <span class="sr-only">Loading</span>
      {Array.from({ length: lines }, (_, index) => (
        <span key={index} class="loading-line" />
      ))}
    </div>
  );
}
