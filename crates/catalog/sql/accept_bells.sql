-- A thousand bells wake all workers there are, and the broker's queues hold no more; whoever has done a job looks for the next one
-- without a bell.
INSERT INTO outbox (job_id, kind, class, traceparent, created_ms)
SELECT id, kind, class, traceparent, created_ms
FROM (SELECT jobs.id, jobs.kind, jobs.class, jobs.traceparent, jobs.created_ms,
             ROW_NUMBER() OVER (PARTITION BY jobs.kind, jobs.class ORDER BY item.position) AS number
      FROM {items} {join} jobs ON jobs.id = item.job_id) AS new_jobs
WHERE number <= 1000
ORDER BY number
