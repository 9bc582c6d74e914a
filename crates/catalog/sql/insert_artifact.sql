INSERT INTO artifacts (job_id, name, source_id, sha256, size_bytes, media_type, created_ms)
VALUES ($1, $2, $3, $4, $5, $6, now_ms())
ON CONFLICT (job_id, name) DO UPDATE SET sha256 = excluded.sha256, size_bytes = excluded.size_bytes, media_type = excluded.media_type
