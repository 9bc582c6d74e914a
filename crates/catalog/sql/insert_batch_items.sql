INSERT INTO batch_items (batch_id, position, job_id)
SELECT $2, item.position, jobs.id
FROM {items}
{join} jobs ON jobs.dedupe_key = item.dedupe_key AND jobs.state NOT IN ('cancelled', 'discarded')
{join} sources ON sources.id = jobs.source_id
WHERE sources.taken_down_ms IS NULL
ON CONFLICT (batch_id, position) DO NOTHING
