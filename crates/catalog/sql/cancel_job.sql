-- A waiting job ends now; the worker of a running one hears of it when it next extends its lease.
UPDATE jobs
SET state = CASE WHEN state = 'running' THEN 'running' ELSE 'cancelled' END,
    finished_ms = CASE WHEN state = 'running' THEN NULL ELSE now_ms() END,
    cancel_requested = (state = 'running'),
    run_at_ms = NULL
WHERE id = $1 AND state IN ('available', 'retryable', 'running')
