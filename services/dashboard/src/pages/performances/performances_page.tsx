/** Labelled performances. */
import { useState } from "preact/hooks";
import { withQuery } from "../../api/client";
import { usePaged } from "../../api/paged";
import type { PerformanceSummary } from "../../api/types";
import { count, percent } from "../../format/figures";
import { position } from "../../format/time";
import { Meter } from "../../parts/meter";
import { Empty, Loading, ProblemNotice } from "../../parts/notice";
import { Page } from "../../parts/page";
import { Pager } from "../../parts/pager";
import { Panel } from "../../parts/panel";
import { type Column, Table } from "../../parts/table";
import { When } from "../../parts/when";
import { go, place } from "../../router";
import { performanceTitle } from "./performance_title";

const COLUMNS: Column<PerformanceSummary>[] = [
  { name: "Performance", head: true, wide: true, cell: (one) => <a class="job-name" href={`/performances/${one.id}`} title={one.id}>{performanceTitle(one)}</a> },
  { name: "By", cell: (one) => one.uploader ?? <span class="muted">–</span> },
  { name: "Length", figure: true, cell: (one) => position(one.duration_secs) },
  { name: "Notes", figure: true, cell: (one) => count(one.notes) },
  { name: "With a finger", figure: true, cell: (one) => (one.notes > 0 ? percent(one.fingered_notes / one.notes, 1) : "–") },
  { name: "Confidence", cell: (one) => <span class="done"><Meter share={one.mean_confidence} label="Mean confidence" /><span class="num">{percent(one.mean_confidence, 1)}</span></span> },
  { name: "Licence", cell: (one) => one.licence ?? <span class="muted">not stated</span> },
  { name: "Labelled", figure: true, cell: (one) => <When ms={one.created_ms} /> },
];

export function PerformancesPage() {
  const { query } = place.value;
  const filters = { title: query.get("title"), confidence_min: query.get("confidence_min"), licence: query.get("licence") };
  const list = usePaged<PerformanceSummary>(withQuery("/v1/performances", { ...filters, limit: 50 }), { on: (name) => name === "job.completed", gapMs: 2000 });
  const filtered = Object.values(filters).some(Boolean);
  return (
    <Page title="Performances" actions={<a class="button primary" href="/submit">Submit videos</a>}>
      <PerformanceFilters title={filters.title ?? ""} confidence={filters.confidence_min ?? ""} filtered={filtered} />
      {list.problem && !list.value && <ProblemNotice problem={list.problem} retry={list.reload} />}
      <Panel title={filtered ? "Performances that match, newest first" : "Newest first"} flush>
        {list.value === undefined ? (
          <Loading lines={6} />
        ) : list.value.items.length > 0 ? (
          <Table label="Performances" columns={COLUMNS} rows={list.value.items} keyOf={(one) => one.id} />
        ) : filtered ? (
          <Empty title="No performance matches.">
            <a href="/performances">Clear the filters</a>
          </Empty>
        ) : (
          <Empty title="Nothing is labelled yet.">
            <a href="/submit">Submit a video</a>; its labels appear here.
          </Empty>
        )}
      </Panel>
      <Pager list={list} what="performances" />
    </Page>
  );
}

function PerformanceFilters({ title, confidence, filtered }: { title: string; confidence: string; filtered: boolean }) {
  const [text, setText] = useState(title);
  const choose = (name: string, value: string): void => {
    const query = new URLSearchParams(place.value.query);
    query.delete("cursor");
    if (value) query.set(name, value);
    else query.delete(name);
    const chosen = query.toString();
    go(`/performances${chosen ? `?${chosen}` : ""}`);
  };
  return (
    <form
      class="filters"
      role="search"
      aria-label="Filter performances"
      onSubmit={(event) => {
        event.preventDefault();
        choose("title", text.trim());
      }}
    >
      <label class="inline-field grow">
        <span>Title</span>
        <input type="search" value={text} placeholder="part of the title" onInput={(event) => setText(event.currentTarget.value)} onChange={() => choose("title", text.trim())} />
      </label>
      <label class="inline-field">
        <span>Confidence</span>
        <select value={confidence} onChange={(event) => choose("confidence_min", event.currentTarget.value)}>
          <option value="">Any</option>
          <option value="0.8">80 % and more</option>
          <option value="0.9">90 % and more</option>
          <option value="0.95">95 % and more</option>
        </select>
      </label>
      {filtered && (
        <a class="button ghost" href="/performances" onClick={() => setText("")}>
          Clear
        </a>
      )}
    </form>
  );
}
