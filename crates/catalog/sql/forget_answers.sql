DELETE FROM idempotency WHERE created_ms < now_ms() - $1
