/** Workers, and what work cost. */
import { useState } from "preact/hooks";
import { useResource } from "../../api/resource";
import type { Usage } from "../../api/types";
import { bytes, count, hours } from "../../format/figures";
import { duration } from "../../format/time";
import { Empty, Loading, ProblemNotice } from "../../parts/notice";
import { Page } from "../../parts/page";
import { Panel } from "../../parts/panel";
import { type Column, Table } from "../../parts/table";
import { KIND_WORDS } from "../../words/jobs";
import { WorkersTable } from "./workers_table";

type By = "kind" | "batch" | "key";

export function WorkersPage() {
  const [by, setBy] = useState<By>("kind");
  return (
    <Page title="Workers" sub={<span>Who works, on what, and what it cost</span>}>
      <Panel title="Heard of in the last two minutes" flush>
        <WorkersTable />
      </Panel>
      <Panel
        title="Cost"
        flush
        aside={
          <div class="segments" role="group" aria-label="Group the cost by">
            {(["kind", "batch", "key"] as const).map((one) => (
              <button key={one} type="button" aria-pressed={by === one} onClick={() => setBy(one)}>
                By {one}
              </button>
            ))}
          </div>
        }
      >
        <CostTable by={by} />
      </Panel>
    </Page>
  );
}

function CostTable({ by }: { by: By }) {
  const usage = useResource<{ items: Usage[] }>(`/v1/usage?by=${by}`, { everyMs: 20_000 });
  if (usage.problem && !usage.value) return <ProblemNotice problem={usage.problem} retry={usage.reload} />;
  if (!usage.value) return <Loading />;
  if (usage.value.items.length === 0) return <Empty title="Nothing was worked on yet." />;
  const columns: Column<Usage>[] = [
    { name: by === "kind" ? "Kind" : by === "batch" ? "Batch" : "Key", head: true, cell: (row) => groupName(by, row.group) },
    { name: "Attempts", figure: true, cell: (row) => count(row.attempts) },
    { name: "Device time", figure: true, cell: (row) => hours(row.cost.device_secs) },
    { name: "Clock time", figure: true, cell: (row) => duration(row.cost.wall_secs) },
    { name: "CPU time", figure: true, cell: (row) => duration(row.cost.cpu_secs) },
    { name: "Waited", figure: true, cell: (row) => duration(row.queued_ms / 1000) },
    { name: "Read", figure: true, cell: (row) => bytes(row.cost.bytes_in) },
    { name: "Written", figure: true, cell: (row) => bytes(row.cost.bytes_out) },
    { name: "Peak memory", figure: true, cell: (row) => bytes(row.cost.peak_memory_bytes) },
    { name: "Lost", figure: true, cell: (row) => (row.lost_attempts ? `${count(row.lost_attempts)} (${duration(row.lost_wall_secs)})` : <span class="muted">0</span>) },
  ];
  return <Table label="Cost" columns={columns} rows={usage.value.items} keyOf={(row) => row.group ?? "none"} />;
}

function groupName(by: By, group: string | null | undefined) {
  if (!group) return <span class="muted">{by === "batch" ? "Single videos" : "Without a key"}</span>;
  if (by === "kind") return KIND_WORDS[group as keyof typeof KIND_WORDS] ?? group;
  if (by === "batch") return <a href={`/batches/${group}`}>{group}</a>;
  return <code>{group}</code>;
}
