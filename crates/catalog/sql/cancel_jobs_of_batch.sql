-- As cancel_job. A job that another batch still waits for goes on.
UPDATE jobs
SET state = CASE WHEN state = 'running' THEN 'running' ELSE 'cancelled' END,
    finished_ms = CASE WHEN state = 'running' THEN NULL ELSE now_ms() END,
    cancel_requested = (state = 'running'),
    run_at_ms = NULL
WHERE id IN (SELECT job_id FROM batch_items WHERE batch_id = $1)
  AND state IN ('available', 'retryable', 'running') AND NOT cancel_requested
  AND NOT EXISTS (SELECT 1 FROM batch_items AS other JOIN batches ON batches.id = other.batch_id
                  WHERE other.job_id = jobs.id AND other.batch_id <> $1 AND batches.cancelled_ms IS NULL)
