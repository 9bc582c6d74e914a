SELECT sha256 FROM deletions
WHERE not_before_ms <= now_ms()
  AND NOT EXISTS (SELECT 1 FROM artifacts WHERE artifacts.sha256 = deletions.sha256)
  AND NOT EXISTS (SELECT 1 FROM uploads WHERE uploads.artifact_sha256 = deletions.sha256)
ORDER BY not_before_ms LIMIT $1
