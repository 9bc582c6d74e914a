-- The jobs that do the work now, made by this submission or before; not those of videos that were taken down.
SELECT item.position, jobs.id AS job_id, jobs.source_id, jobs.id <> item.job_id AS joined
FROM {items}
{join} jobs ON jobs.dedupe_key = item.dedupe_key AND jobs.state NOT IN ('cancelled', 'discarded')
{join} sources ON sources.id = jobs.source_id
WHERE sources.taken_down_ms IS NULL
ORDER BY item.position
