SELECT * FROM (
    SELECT seq, job_id, batch_id, name, data, at_ms FROM events
    WHERE seq > $1 AND {settled} AND batch_id = $3 ORDER BY seq LIMIT $2) AS own
UNION ALL
SELECT * FROM (
    SELECT seq, job_id, batch_id, name, data, at_ms FROM events
    WHERE seq > $1 AND {settled} AND job_id {of_batch $3} ORDER BY seq LIMIT $2) AS of_jobs
ORDER BY seq LIMIT $2
