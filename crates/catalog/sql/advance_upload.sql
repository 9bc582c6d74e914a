UPDATE uploads SET received_bytes = $3
WHERE id = $1 AND received_bytes = $2 AND $3 >= $2 AND $3 <= size_bytes AND artifact_sha256 IS NULL AND expires_ms > now_ms()
RETURNING id, key_id, name, size_bytes, sha256, received_bytes, artifact_sha256, created_ms, expires_ms
