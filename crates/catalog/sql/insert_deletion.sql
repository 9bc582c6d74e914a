INSERT INTO deletions (sha256, not_before_ms) VALUES ($1, now_ms() + $2)
ON CONFLICT (sha256) DO UPDATE SET not_before_ms = excluded.not_before_ms
