/** The files of a job. */
import { useResource } from "../../api/resource";
import type { Artifact } from "../../api/types";
import { bytes } from "../../format/figures";
import { Download } from "../../parts/download";
import { Empty, Loading, ProblemNotice } from "../../parts/notice";
import { type Column, Table } from "../../parts/table";

const TYPES: Record<string, string> = {
  "application/json": "JSON",
  "application/vnd.apache.parquet": "Parquet table",
  "audio/midi": "MIDI",
  "video/mp4": "Video",
  "text/plain": "Text",
  "text/csv": "Table",
  "application/octet-stream": "Data",
};

function typeWords(mediaType: string): string {
  const type = mediaType.split(";")[0] as string;
  return TYPES[type] ?? type;
}

export function Artifacts({ job }: { job: string }) {
  const list = useResource<{ items: Artifact[] }>(`/v1/jobs/${job}/artifacts`, { on: (name, event) => event.job === job && name !== "job.progress" });
  if (list.problem && !list.value) return <ProblemNotice problem={list.problem} retry={list.reload} />;
  if (!list.value) return <Loading />;
  if (list.value.items.length === 0) return <Empty title="No files.">Those of a result are here once the job has completed.</Empty>;
  const columns: Column<Artifact>[] = [
    { name: "File", head: true, wide: true, cell: (file) => <span class="file-name">{file.name}</span> },
    { name: "Type", cell: (file) => <span class="muted" title={file.media_type}>{typeWords(file.media_type)}</span> },
    { name: "Size", figure: true, cell: (file) => bytes(file.size_bytes) },
    { name: "SHA-256", cell: (file) => <code title={file.sha256}>{file.sha256.slice(0, 12)}…</code> },
    { name: "Download", quiet: true, cell: (file) => <Download path={file.path} name={file.name} /> },
  ];
  return <Table label="Files" columns={columns} rows={list.value.items} keyOf={(file) => file.name} />;
}
