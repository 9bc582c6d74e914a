INSERT INTO api_keys (id, name, secret_sha256, scopes, requests_per_minute, active_jobs_max, created_ms)
VALUES ($1, $2, $3, $4, $5, $6, now_ms())
RETURNING id, name, scopes, requests_per_minute, active_jobs_max, created_ms, revoked_ms
