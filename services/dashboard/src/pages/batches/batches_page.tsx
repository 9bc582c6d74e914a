/** All batches, newest first. */
import { usePaged } from "../../api/paged";
import type { Batch } from "../../api/types";
import { Empty, Loading, ProblemNotice } from "../../parts/notice";
import { Page } from "../../parts/page";
import { Pager } from "../../parts/pager";
import { Panel } from "../../parts/panel";
import { BatchesTable } from "./batches_table";

export function BatchesPage() {
  const list = usePaged<Batch>("/v1/batches?limit=50", { everyMs: 20_000, on: (name) => name !== "job.progress", gapMs: 2500 });
  return (
    <Page title="Batches" actions={<a class="button primary" href="/submit">Submit a batch</a>}>
      {list.problem && !list.value && <ProblemNotice problem={list.problem} retry={list.reload} />}
      <Panel title="Newest first" flush>
        {list.value === undefined ? (
          <Loading lines={6} />
        ) : list.value.items.length > 0 ? (
          <BatchesTable batches={list.value.items} />
        ) : (
          <Empty title="No batches yet.">
            <a href="/submit">Paste a list of addresses or a playlist</a> to begin one.
          </Empty>
        )}
      </Panel>
      <Pager list={list} what="batches" />
    </Page>
  );
}
