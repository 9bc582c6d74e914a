-- Each queues like a new job of its share (see accept_jobs). Of jobs that are the same work the last one is tried, unless another
-- does that work already.
WITH failed AS (
    SELECT jobs.id, jobs.kind, jobs.class, jobs.share_id,
           ROW_NUMBER() OVER (PARTITION BY COALESCE(jobs.dedupe_key, CAST(jobs.id AS text)) ORDER BY jobs.id DESC) AS place
    FROM jobs
    WHERE jobs.state = 'discarded' AND jobs.id IN (SELECT job_id FROM batch_items WHERE batch_id = $1)
      AND NOT EXISTS (SELECT 1 FROM jobs AS same
                      WHERE same.dedupe_key = jobs.dedupe_key AND same.state NOT IN ('cancelled', 'discarded'))
      AND NOT EXISTS (SELECT 1 FROM sources WHERE sources.id = jobs.source_id AND sources.taken_down_ms IS NOT NULL)
), lane AS (
    SELECT kind, class, share_id,
           COALESCE((SELECT rank FROM jobs WHERE state = 'available' AND kind = lanes.kind AND class = lanes.class
                     ORDER BY rank LIMIT 1), 0) AS front,
           COALESCE((SELECT rank FROM jobs WHERE state = 'available' AND kind = lanes.kind AND class = lanes.class
                     AND share_id = lanes.share_id ORDER BY rank DESC LIMIT 1) + 1, 0) AS mine
    FROM (SELECT DISTINCT kind, class, share_id FROM failed) AS lanes
), again AS (
    SELECT failed.id,
           CASE WHEN lane.front > lane.mine THEN lane.front ELSE lane.mine END
               + ROW_NUMBER() OVER (PARTITION BY failed.kind, failed.class, failed.share_id ORDER BY failed.id) - 1 AS new_rank
    FROM failed JOIN lane ON lane.kind = failed.kind AND lane.class = failed.class AND lane.share_id = failed.share_id
    WHERE failed.place = 1
)
UPDATE jobs
SET state = 'available', available_ms = now_ms(), finished_ms = NULL, cancel_requested = FALSE, failures = 0, losses = 0,
    failure_code = NULL, failure_message = NULL, stage = NULL, progress = NULL, rank = again.new_rank
FROM again
WHERE jobs.id = again.id AND jobs.state = 'discarded'
