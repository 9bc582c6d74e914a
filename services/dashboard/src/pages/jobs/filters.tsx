/** Which jobs are shown. The filters live in the address, so that a view can be shared and bookmarked. */
import { JOB_KINDS, JOB_STATES } from "../../api/types";
import { CloseIcon } from "../../parts/icons";
import { go, place } from "../../router";
import { KIND_WORDS, STATE_WORDS } from "../../words/jobs";
import { reasonWords } from "../../words/reasons";

export const FILTERS = ["state", "kind", "code", "batch", "source", "created_after"] as const;
type Filter = (typeof FILTERS)[number];

export function chosenFilters(): Record<Filter, string | null> {
  const { query } = place.value;
  return Object.fromEntries(FILTERS.map((name) => [name, query.get(name)])) as Record<Filter, string | null>;
}

function choose(name: Filter, value: string): void {
  const query = new URLSearchParams(place.value.query);
  query.delete("cursor");
  if (value) query.set(name, value);
  else query.delete(name);
  const text = query.toString();
  go(`/jobs${text ? `?${text}` : ""}`);
}

const SINCE = [
  { name: "Any time", hours: 0 },
  { name: "Last hour", hours: 1 },
  { name: "Last day", hours: 24 },
  { name: "Last week", hours: 168 },
];
/** Rounded, so that the address stays the same while somebody chooses. */
const ROUND_MS = 60_000;

export function Filters({ codes }: { codes: readonly string[] }) {
  const chosen = chosenFilters();
  const states = new Set(chosen.state?.split(",").filter(Boolean));
  const allCodes = [...new Set([...codes, ...(chosen.code ? [chosen.code] : [])])].sort();
  const toggle = (state: string): void => {
    if (states.has(state)) states.delete(state);
    else states.add(state);
    choose("state", JOB_STATES.filter((one) => states.has(one)).join(","));
  };
  return (
    <div class="filters" role="search" aria-label="Filter jobs">
      <div class="segments" role="group" aria-label="States">
        {JOB_STATES.map((state) => (
          <button key={state} type="button" aria-pressed={states.has(state)} title={STATE_WORDS[state].meaning} onClick={() => toggle(state)}>
            {STATE_WORDS[state].name}
          </button>
        ))}
      </div>
      <label class="inline-field">
        <span>Kind</span>
        <select value={chosen.kind ?? ""} onChange={(event) => choose("kind", event.currentTarget.value)}>
          <option value="">All</option>
          {JOB_KINDS.map((kind) => (
            <option key={kind} value={kind}>
              {KIND_WORDS[kind]}
            </option>
          ))}
        </select>
      </label>
      <label class="inline-field">
        <span>Reason</span>
        <select value={chosen.code ?? ""} onChange={(event) => choose("code", event.currentTarget.value)}>
          <option value="">All</option>
          {allCodes.map((code) => (
            <option key={code} value={code}>
              {reasonWords(code).title}
            </option>
          ))}
        </select>
      </label>
      <label class="inline-field">
        <span>Submitted</span>
        <select
          value={chosen.created_after ? "chosen" : "0"}
          onChange={(event) => {
            const hours = Number(event.currentTarget.value);
            choose("created_after", hours ? String(Math.floor((Date.now() - hours * 3_600_000) / ROUND_MS) * ROUND_MS) : "");
          }}
        >
          {chosen.created_after && <option value="chosen">As chosen</option>}
          {SINCE.map(({ name, hours }) => (
            <option key={hours} value={hours}>
              {name}
            </option>
          ))}
        </select>
      </label>
      {chosen.batch && <Chip name="Batch" value={chosen.batch} drop={() => choose("batch", "")} />}
      {chosen.source && <Chip name="Video" value={chosen.source} drop={() => choose("source", "")} />}
      {FILTERS.some((name) => chosen[name]) && (
        <a class="button ghost" href="/jobs">
          Clear
        </a>
      )}
    </div>
  );
}

function Chip({ name, value, drop }: { name: string; value: string; drop: () => void }) {
  return (
    <span class="chip">
      {name} <code>{value.slice(-8)}</code>
      <button type="button" aria-label={`Show jobs of any ${name.toLowerCase()}`} onClick={drop}>
        <CloseIcon />
      </button>
    </span>
  );
}
