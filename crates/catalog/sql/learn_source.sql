UPDATE sources
SET title = COALESCE($2, title), uploader = COALESCE($3, uploader), licence = COALESCE($4, licence), duration_secs = COALESCE($5, duration_secs),
    media_sha256 = COALESCE($6, media_sha256), tool_version = COALESCE($7, tool_version), retrieved_ms = now_ms()
WHERE id = $1
