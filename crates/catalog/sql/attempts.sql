-- The attempts that ended, and the one that goes on.
SELECT fence, kind, worker_id, device, queued_ms, started_ms, ended_ms, outcome, failure_code,
       wall_secs, cpu_secs, device_secs, bytes_in, bytes_out, peak_memory_bytes
FROM attempts WHERE job_id = $1
UNION ALL
SELECT fence, kind, worker_id, device, leased_ms - available_ms, leased_ms, NULL, NULL, NULL, 0.0, 0.0, 0.0, 0, 0, 0
FROM jobs WHERE id = $1 AND state = 'running'
ORDER BY fence
