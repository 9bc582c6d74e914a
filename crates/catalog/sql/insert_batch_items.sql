INSERT INTO batch_items (batch_id, position, job_id)
SELECT $2, item.position, item.job_id
FROM {items}
WHERE TRUE
ON CONFLICT (batch_id, position) DO NOTHING
