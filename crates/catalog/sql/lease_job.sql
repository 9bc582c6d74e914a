-- The first claimable job of the most urgent class that has one ($3, $4, $5 are the classes in the order wanted). Workers that ask
-- at once skip each other's rows. One statement is one transaction, and the new fence makes all earlier leases void.
UPDATE jobs
SET state = 'running', fence = fence + 1, worker_id = $1, device = $6, leased_ms = now_ms(), lease_until_ms = now_ms() + $7,
    stage = NULL, progress = NULL, cancel_requested = FALSE
WHERE id = COALESCE(
    (SELECT id FROM jobs WHERE state = 'available' AND kind = $2 AND class = $3 ORDER BY rank, id LIMIT 1 {skip_locked}),
    (SELECT id FROM jobs WHERE state = 'available' AND kind = $2 AND class = $4 ORDER BY rank, id LIMIT 1 {skip_locked}),
    (SELECT id FROM jobs WHERE state = 'available' AND kind = $2 AND class = $5 ORDER BY rank, id LIMIT 1 {skip_locked}))
RETURNING id, fence, source_id, key_id, payload, traceparent, failures, losses, leased_ms - available_ms AS waited_ms,
    (SELECT host FROM sources WHERE sources.id = jobs.source_id) AS host
