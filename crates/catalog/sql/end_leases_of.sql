UPDATE jobs SET lease_until_ms = 0 WHERE worker_id = $1 AND state = 'running'
