SELECT item.position, jobs.id AS job_id, jobs.source_id, jobs.id <> item.job_id AS joined
FROM {items}
{join} jobs ON jobs.dedupe_key = item.dedupe_key AND jobs.state NOT IN ('cancelled', 'discarded')
ORDER BY item.position
