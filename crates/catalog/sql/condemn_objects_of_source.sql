-- All that came from the video: results, its file, and the file somebody uploaded; unless another video has the same content.
INSERT INTO deletions (sha256, not_before_ms)
SELECT sha256, now_ms() FROM (
    SELECT sha256 FROM artifacts WHERE source_id = $1
    UNION SELECT media_sha256 FROM sources WHERE id = $1 AND media_sha256 IS NOT NULL
    UNION SELECT substr(canonical, 8) FROM sources WHERE id = $1 AND canonical LIKE 'sha256:%') AS mine
WHERE NOT EXISTS (SELECT 1 FROM artifacts AS other WHERE other.sha256 = mine.sha256 AND (other.source_id IS NULL OR other.source_id <> $1))
  AND NOT EXISTS (SELECT 1 FROM uploads WHERE uploads.artifact_sha256 = mine.sha256)
ON CONFLICT (sha256) DO UPDATE SET not_before_ms = excluded.not_before_ms
