INSERT INTO endpoints (id, key_id, url, secret, event_names, created_ms) VALUES ($1, $2, $3, $4, $5, now_ms())
RETURNING id, key_id, url, secret, event_names, failing_since_ms, disabled_ms, created_ms
