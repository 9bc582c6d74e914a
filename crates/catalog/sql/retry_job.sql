-- It queues like a new job of its share (see accept_jobs).
UPDATE jobs
SET state = 'available', available_ms = now_ms(), finished_ms = NULL, cancel_requested = FALSE, failures = 0, losses = 0,
    failure_code = NULL, failure_message = NULL, stage = NULL, progress = NULL,
    rank = (SELECT CASE WHEN front > mine THEN front ELSE mine END FROM (
        SELECT COALESCE((SELECT rank FROM jobs AS other WHERE other.state = 'available' AND other.kind = jobs.kind AND other.class = jobs.class
                         ORDER BY rank LIMIT 1), 0) AS front,
               COALESCE((SELECT rank FROM jobs AS other WHERE other.state = 'available' AND other.kind = jobs.kind AND other.class = jobs.class
                         AND other.share_id = jobs.share_id ORDER BY rank DESC LIMIT 1) + 1, 0) AS mine) AS ranks)
WHERE id = $1 AND state IN ('cancelled', 'discarded')
