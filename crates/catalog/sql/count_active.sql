-- Unfinished jobs of a share, counted up to just above a limit.
SELECT CAST(COUNT(*) AS bigint) AS active FROM (
    SELECT 1 FROM jobs WHERE share_id = $1 AND finished_ms IS NULL LIMIT $2
) AS counted
