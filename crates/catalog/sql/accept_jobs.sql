-- Ranks make shares fair: a share's first job goes to the front of what waits, its next one behind its last. A share with a
-- hundred thousand jobs and one with three are served in turn.
-- Materialized: items are read once, and ranks worked out once for each lane, not once for each job.
WITH item AS MATERIALIZED (SELECT * FROM {items}),
lane AS MATERIALIZED (
    SELECT kind, class,
           COALESCE((SELECT rank FROM jobs WHERE state = 'available' AND kind = lanes.kind AND class = lanes.class
                     ORDER BY rank LIMIT 1), 0) AS front,
           COALESCE((SELECT rank FROM jobs WHERE state = 'available' AND kind = lanes.kind AND class = lanes.class AND share_id = $3
                     ORDER BY rank DESC LIMIT 1) + 1, 0) AS mine
    FROM (SELECT DISTINCT kind, class FROM item) AS lanes
)
INSERT INTO jobs (id, kind, class, state, rank, key_id, share_id, source_id, dedupe_key, payload, traceparent, created_ms, available_ms)
SELECT item.job_id, item.kind, item.class, 'available',
       CASE WHEN lane.front > lane.mine THEN lane.front ELSE lane.mine END
           + ROW_NUMBER() OVER (PARTITION BY item.kind, item.class ORDER BY item.position) - 1,
       $2, $3, sources.id, item.dedupe_key, item.payload, $4, now_ms(), now_ms()
FROM item
{join} sources ON sources.canonical = item.canonical
{join} lane ON lane.kind = item.kind AND lane.class = item.class
WHERE sources.taken_down_ms IS NULL
ORDER BY item.dedupe_key        -- as above
ON CONFLICT (dedupe_key) WHERE state NOT IN ('cancelled', 'discarded') DO NOTHING
RETURNING id, source_id
