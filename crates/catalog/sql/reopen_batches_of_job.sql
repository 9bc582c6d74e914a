-- Also those not finished: a duty that is just about to finish one waits for this row.
UPDATE batches SET finished_ms = NULL, summary = NULL WHERE id IN (SELECT batch_id FROM batch_items WHERE job_id = $1)
