UPDATE jobs
SET state = 'discarded', finished_ms = now_ms(), lease_until_ms = NULL, failures = $3, losses = $4, failure_code = $5, failure_message = $6
WHERE id = $1 AND fence = $2 AND state = 'running'
