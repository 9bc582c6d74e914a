UPDATE deliveries SET next_try_ms = NULL WHERE endpoint_id = $1 AND next_try_ms IS NOT NULL
