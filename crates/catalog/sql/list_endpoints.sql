SELECT id, key_id, url, secret, event_names, failing_since_ms, disabled_ms, created_ms FROM endpoints ORDER BY id
