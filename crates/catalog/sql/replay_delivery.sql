UPDATE deliveries SET next_try_ms = now_ms(), tries = 0
WHERE seq = $2 AND endpoint_id = $1 AND NOT EXISTS (SELECT 1 FROM endpoints WHERE endpoints.id = $1 AND disabled_ms IS NOT NULL)
