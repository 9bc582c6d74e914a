SELECT id, name, scopes, requests_per_minute, active_jobs_max, created_ms, revoked_ms FROM api_keys ORDER BY id
