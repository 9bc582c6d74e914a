-- A job that follows from another: at the end of its lane, rung for like any new job.
INSERT INTO jobs (id, kind, class, state, rank, key_id, share_id, source_id, dedupe_key, payload, traceparent, created_ms, available_ms)
VALUES ($1, $2, $3, 'available',
        COALESCE((SELECT rank FROM jobs WHERE state = 'available' AND kind = $2 AND class = $3 ORDER BY rank DESC LIMIT 1) + 1, 0),
        $4, $5, $6, $7, $8, $9, now_ms(), now_ms())
ON CONFLICT (dedupe_key) WHERE state NOT IN ('cancelled', 'discarded') DO NOTHING
