-- Batches without an unfinished job; a playlist's own job is one of its items.
UPDATE batches SET finished_ms = now_ms()
WHERE id IN (
    SELECT id FROM batches
    WHERE finished_ms IS NULL AND NOT EXISTS (
        SELECT 1 FROM batch_items JOIN jobs ON jobs.id = batch_items.job_id
        WHERE batch_items.batch_id = batches.id AND jobs.finished_ms IS NULL)
    ORDER BY id LIMIT $1 {skip_locked})
RETURNING id
