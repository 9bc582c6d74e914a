UPDATE deliveries
SET tries = tries + 1, last_status = $2, last_error = $3, next_try_ms = now_ms() + $4,
    delivered_ms = CASE WHEN $5 THEN now_ms() ELSE delivered_ms END
WHERE seq = $1
RETURNING endpoint_id
