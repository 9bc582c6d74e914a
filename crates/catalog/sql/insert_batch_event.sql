INSERT INTO events (batch_id, name, data, at_ms) VALUES ($1, $2, $3, now_ms())
