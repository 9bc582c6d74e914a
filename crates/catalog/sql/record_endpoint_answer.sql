UPDATE endpoints
SET failing_since_ms = CASE WHEN $2 THEN NULL ELSE COALESCE(failing_since_ms, now_ms()) END,
    disabled_ms = CASE WHEN $3 THEN COALESCE(disabled_ms, now_ms()) ELSE disabled_ms END
WHERE id = $1
