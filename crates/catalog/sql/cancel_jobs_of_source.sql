-- As cancel_job. Those that run end with the same reason when their worker hears of it.
UPDATE jobs
SET state = CASE WHEN state = 'running' THEN 'running' ELSE 'cancelled' END,
    finished_ms = CASE WHEN state = 'running' THEN NULL ELSE now_ms() END,
    cancel_requested = (state = 'running'),
    run_at_ms = NULL,
    failure_code = 'source_taken_down',
    failure_message = 'the video was taken down at somebody''s request'
WHERE source_id = $1 AND state IN ('available', 'retryable', 'running')
