-- Batches without an unfinished job; a playlist's own job is one of its items. Lines are worked on in their order, so whoever looks
-- from the last one finds an unfinished job at once; as a subquery, because PostgreSQL would turn NOT EXISTS into a join of all
-- lines with all jobs.
UPDATE batches SET finished_ms = now_ms()
WHERE id IN (
    SELECT id FROM batches
    WHERE finished_ms IS NULL AND (
        SELECT 1 FROM batch_items {join} jobs ON jobs.id = batch_items.job_id
        WHERE batch_items.batch_id = batches.id AND jobs.finished_ms IS NULL
        ORDER BY batch_items.position DESC LIMIT 1) IS NULL
    ORDER BY id LIMIT $1 {skip_locked})
RETURNING id
