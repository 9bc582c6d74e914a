INSERT INTO workers (id, name, kinds, device, version, started_ms, seen_ms, draining)
VALUES ($1, $2, $3, $4, $5, now_ms(), now_ms(), $6)
ON CONFLICT (id) DO UPDATE SET seen_ms = now_ms(), draining = excluded.draining
