UPDATE jobs SET state = 'available', run_at_ms = NULL, available_ms = now_ms()
WHERE id IN (SELECT id FROM jobs WHERE state = 'retryable' AND run_at_ms <= (SELECT now_ms()) ORDER BY run_at_ms LIMIT $1 {skip_locked})
