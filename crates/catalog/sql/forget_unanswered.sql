DELETE FROM idempotency WHERE key_id = $1 AND idempotency_key = $2 AND status IS NULL
