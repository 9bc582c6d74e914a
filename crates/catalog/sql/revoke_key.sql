UPDATE api_keys SET revoked_ms = COALESCE(revoked_ms, now_ms()) WHERE id = $1
