/** What a job is about, as a link to it. */
import type { Job } from "../api/types";
import { shortId } from "../format/figures";

export function jobTitle(job: Pick<Job, "id" | "source">): string {
  const source = job.source;
  return source?.title ?? source?.url ?? source?.name ?? `Job ${shortId(job.id)}`;
}

export function JobName({ job }: { job: Pick<Job, "id" | "source"> }) {
  const title = jobTitle(job);
  return (
    <a class="job-name" href={`/jobs/${job.id}`} title={`${title} (${job.id})`}>
      {title}
    </a>
  );
}
