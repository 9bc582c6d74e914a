-- The batch itself, and the others that its unfinished jobs are in.
UPDATE batches SET finished_ms = NULL, summary = NULL
WHERE id IN (SELECT other.batch_id
             FROM batch_items AS mine
             JOIN jobs ON jobs.id = mine.job_id
             JOIN batch_items AS other ON other.job_id = jobs.id
             WHERE mine.batch_id = $1 AND jobs.finished_ms IS NULL)
