SELECT request_sha256, status, headers, body FROM idempotency WHERE key_id = $1 AND idempotency_key = $2
