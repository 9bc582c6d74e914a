INSERT INTO uploads (id, key_id, name, size_bytes, sha256, created_ms, expires_ms)
VALUES ($1, $2, $3, $4, $5, now_ms(), now_ms() + $6)
RETURNING id, key_id, name, size_bytes, sha256, received_bytes, artifact_sha256, created_ms, expires_ms
