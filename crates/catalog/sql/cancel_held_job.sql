UPDATE jobs
SET state = 'cancelled', finished_ms = now_ms(), lease_until_ms = NULL, cancel_requested = FALSE, failure_code = $3, failure_message = $4
WHERE id = $1 AND fence = $2 AND state = 'running'
