SELECT jobs.id, jobs.kind, jobs.class, jobs.state, jobs.key_id, jobs.source_id, sources.canonical AS source_name, sources.url, sources.title,
       jobs.payload, jobs.traceparent, jobs.created_ms, jobs.run_at_ms, jobs.fence, jobs.failures, jobs.losses, jobs.cancel_requested,
       jobs.stage, jobs.progress, jobs.failure_code, jobs.failure_message, jobs.finished_ms, performances.id AS performance_id
FROM jobs
LEFT JOIN sources ON sources.id = jobs.source_id
LEFT JOIN performances ON performances.job_id = jobs.id
