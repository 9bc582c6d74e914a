-- Said again with the same content it stays complete.
UPDATE uploads SET artifact_sha256 = $2
WHERE id = $1 AND received_bytes = size_bytes AND (artifact_sha256 IS NULL OR artifact_sha256 = $2) AND expires_ms > now_ms()
RETURNING id, key_id, name, size_bytes, sha256, received_bytes, artifact_sha256, created_ms, expires_ms
