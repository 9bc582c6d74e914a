DELETE FROM uploads
WHERE artifact_sha256 = (SELECT substr(canonical, 8) FROM sources WHERE id = $1 AND canonical LIKE 'sha256:%')
