SELECT COALESCE(now_ms() - MIN(created_ms), 0) AS lag_ms FROM outbox
