-- Ours if nobody has it, or if the server that began to answer it died: no answer takes ten minutes.
INSERT INTO idempotency (key_id, idempotency_key, request_sha256, created_ms) VALUES ($1, $2, $3, now_ms())
ON CONFLICT (key_id, idempotency_key) DO UPDATE SET created_ms = now_ms()
    WHERE idempotency.status IS NULL AND idempotency.request_sha256 = excluded.request_sha256
      AND idempotency.created_ms < now_ms() - 600000
RETURNING 1
