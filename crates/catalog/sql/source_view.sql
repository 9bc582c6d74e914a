SELECT id, canonical, url, title, uploader, licence, legal_basis, duration_secs, media_sha256, retrieved_ms, tool_version,
       taken_down_ms, taken_down_reason, created_ms
FROM sources
