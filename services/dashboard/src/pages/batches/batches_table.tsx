/** Batches with how far each is. */
import type { Batch } from "../../api/types";
import { count, percent, shortId } from "../../format/figures";
import { duration } from "../../format/time";
import { Meter } from "../../parts/meter";
import { type Column, Table } from "../../parts/table";
import { When } from "../../parts/when";

export const batchName = (batch: Batch): string => batch.name ?? batch.url ?? `Batch ${shortId(batch.id)}`;

export function BatchesTable({ batches, brief }: { batches: readonly Batch[]; brief?: boolean }) {
  const columns: Column<Batch>[] = [
    { name: "Batch", head: true, wide: !brief, cell: (batch) => <a class="job-name" href={`/batches/${batch.id}`} title={batch.id}>{batchName(batch)}</a> },
    { name: "Done", cell: (batch) => <BatchDone batch={batch} /> },
    { name: "Time left", figure: true, cell: (batch) => timeLeft(batch) },
  ];
  if (!brief) {
    columns.push(
      { name: "Lines", figure: true, cell: (batch) => count(batch.counts.total) },
      { name: "Completed", figure: true, cell: (batch) => count(batch.counts.completed) },
      { name: "Refused", figure: true, cell: (batch) => count(batch.counts.discarded + batch.counts.refused) },
      { name: "Submitted", figure: true, cell: (batch) => <When ms={batch.created_ms} /> },
    );
  }
  return <Table label="Batches" columns={columns} rows={batches} keyOf={(batch) => batch.id} />;
}

function BatchDone({ batch }: { batch: Batch }) {
  return (
    <span class="done">
      <Meter share={batch.percent / 100} label={`${batchName(batch)}: share done`} />
      <span class="num">{percent(batch.percent / 100)}</span>
    </span>
  );
}

export function timeLeft(batch: Batch): string {
  if (batch.cancelled_ms) return "cancelled";
  if (batch.finished_ms) return "finished";
  return batch.eta_secs === null || batch.eta_secs === undefined ? "not known yet" : duration(batch.eta_secs);
}
