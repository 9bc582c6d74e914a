UPDATE outbox SET taken_until_ms = now_ms() + $2
WHERE seq IN (SELECT seq FROM outbox WHERE taken_until_ms < now_ms() ORDER BY seq LIMIT $1 {skip_locked})
RETURNING seq, job_id, kind, class, traceparent, created_ms
