SELECT id, key_id, name, size_bytes, sha256, received_bytes, artifact_sha256, created_ms, expires_ms
FROM uploads WHERE id = $1 AND expires_ms > now_ms()
