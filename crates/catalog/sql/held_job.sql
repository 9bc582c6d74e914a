-- The row of a job whose lease is still valid, kept as it is until the transaction ends.
SELECT jobs.kind, jobs.class, jobs.key_id, jobs.share_id, jobs.source_id, jobs.traceparent, jobs.failures, jobs.losses, jobs.worker_id, jobs.device,
       jobs.available_ms, jobs.leased_ms, jobs.cancel_requested, now_ms() AS now_ms,
       (SELECT taken_down_ms FROM sources WHERE sources.id = jobs.source_id) IS NOT NULL AS taken_down
FROM jobs
WHERE id = $1 AND fence = $2 AND state = 'running'
{lock}
