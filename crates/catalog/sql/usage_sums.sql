COUNT(*) AS attempts, CAST(SUM(queued_ms) AS bigint) AS queued_ms,
SUM(wall_secs) AS wall_secs, SUM(cpu_secs) AS cpu_secs, SUM(device_secs) AS device_secs,
CAST(SUM(bytes_in) AS bigint) AS bytes_in, CAST(SUM(bytes_out) AS bigint) AS bytes_out,
MAX(peak_memory_bytes) AS peak_memory_bytes,
COUNT(CASE WHEN outcome = 'lost' THEN 1 END) AS lost_attempts,
SUM(CASE WHEN outcome = 'lost' THEN wall_secs ELSE 0.0 END) AS lost_wall_secs
