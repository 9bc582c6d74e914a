/** Why jobs did not succeed, the most frequent reason first. */
import { count } from "../../format/figures";
import { Empty } from "../../parts/notice";
import { reasonWords } from "../../words/reasons";
import type { ReasonCount } from "./recent";

export function ReasonsList({ reasons, hrefOf }: { reasons: readonly ReasonCount[]; hrefOf?: (code: string) => string }) {
  const most = reasons[0]?.jobs ?? 1;
  if (reasons.length === 0) return <Empty title="Nothing failed." />;
  return (
    <ul class="reasons">
      {reasons.map(({ code, jobs }) => {
        const words = reasonWords(code);
        return (
          <li key={code}>
            <div class="reason-head">
              {hrefOf ? (
                <a href={hrefOf(code)} title={code}>
                  {words.title}
                </a>
              ) : (
                <span title={code}>{words.title}</span>
              )}
              <span class="num">{count(jobs)}</span>
            </div>
            <div class="reason-track" aria-hidden="true">
              <span style={{ transform: `scaleX(${jobs / most})` }} />
            </div>
          </li>
        );
      })}
    </ul>
  );
}
