UPDATE jobs
SET state = 'retryable', run_at_ms = now_ms() + $3, lease_until_ms = NULL, failures = $4, losses = $5,
    failure_code = $6, failure_message = $7, payload = COALESCE($8, payload)
WHERE id = $1 AND fence = $2 AND state = 'running'
