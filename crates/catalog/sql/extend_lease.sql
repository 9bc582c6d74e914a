UPDATE jobs
SET lease_until_ms = now_ms() + $3, stage = COALESCE($4, stage), progress = COALESCE($5, progress)
WHERE id = $1 AND fence = $2 AND state = 'running'
RETURNING cancel_requested
