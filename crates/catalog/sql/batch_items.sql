SELECT position, job_id, refusal_code, refusal_message FROM batch_items WHERE batch_id = $1 AND position > $2 ORDER BY position LIMIT $3
