INSERT INTO outbox (job_id, kind, class, traceparent, created_ms) VALUES ($1, $2, $3, $4, now_ms())
