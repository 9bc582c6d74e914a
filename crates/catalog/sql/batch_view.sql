SELECT id, key_id, name, url, created_ms, finished_ms, cancelled_ms, summary, now_ms() AS now_ms FROM batches
