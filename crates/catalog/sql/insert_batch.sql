INSERT INTO batches (id, key_id, name, url, options, created_ms) VALUES ($1, $2, $3, $4, $5, now_ms())
