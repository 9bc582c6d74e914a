INSERT INTO attempts (job_id, fence, kind, worker_id, device, key_id, queued_ms, started_ms, ended_ms, outcome, failure_code,
                      wall_secs, cpu_secs, device_secs, bytes_in, bytes_out, peak_memory_bytes)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)
