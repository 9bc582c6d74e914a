UPDATE jobs
SET state = 'available', available_ms = now_ms(), lease_until_ms = NULL, losses = $3
WHERE id = $1 AND fence = $2 AND state = 'running'
