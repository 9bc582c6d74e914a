SELECT name, sha256, size_bytes, media_type FROM artifacts WHERE job_id = $1 ORDER BY name
