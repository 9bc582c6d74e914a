/** Why something did not succeed: the reason in words, the server's own message, and what to do. */
import type { Failure } from "../api/types";
import { messageForPeople, reasonWords } from "../words/reasons";

export function FailureText({ failure }: { failure: Failure }) {
  const { title, hint } = reasonWords(failure.code);
  const message = failure.message ? messageForPeople(failure.message, hint) : null;
  return (
    <div class="failure">
      <p>
        <strong>{title}</strong> <code class="muted">{failure.code}</code>
      </p>
      {message && <p class="failure-message">{message}</p>}
      {hint && <p class="failure-hint">{hint}</p>}
    </div>
  );
}

export function FailureCell({ failure }: { failure: Failure | null | undefined }) {
  if (!failure) return <span class="muted nil">–</span>;
  return <span title={failure.message ?? failure.code}>{reasonWords(failure.code).title}</span>;
}
