UPDATE batches SET cancelled_ms = COALESCE(cancelled_ms, now_ms()) WHERE id = $1
