UPDATE jobs
SET state = 'completed', finished_ms = now_ms(), lease_until_ms = NULL, cancel_requested = FALSE, progress = 1,
    failure_code = NULL, failure_message = NULL
WHERE id = $1 AND fence = $2 AND state = 'running'
