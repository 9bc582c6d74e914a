INSERT INTO outbox (job_id, kind, class, traceparent, created_ms)
SELECT jobs.id, jobs.kind, jobs.class, jobs.traceparent, jobs.created_ms
FROM {items} {join} jobs ON jobs.id = item.job_id
ORDER BY item.position
