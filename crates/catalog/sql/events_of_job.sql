SELECT seq, job_id, batch_id, name, data, at_ms FROM events WHERE seq > $1 AND {settled} AND job_id = $3 ORDER BY seq LIMIT $2
