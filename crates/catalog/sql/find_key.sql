SELECT id, name, scopes, requests_per_minute, active_jobs_max, created_ms, revoked_ms
FROM api_keys WHERE secret_sha256 = $1 AND revoked_ms IS NULL
