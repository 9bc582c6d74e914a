-- A dispatcher that dies leaves its messages to be tried again when the hold is over.
UPDATE deliveries SET next_try_ms = now_ms() + $2
WHERE seq IN (SELECT seq FROM deliveries WHERE next_try_ms <= (SELECT now_ms()) ORDER BY next_try_ms LIMIT $1 {skip_locked})
RETURNING seq, endpoint_id, message_id, event_name, body, tries, next_try_ms, last_status, last_error, delivered_ms, created_ms,
    (SELECT url FROM endpoints WHERE endpoints.id = deliveries.endpoint_id) AS url,
    (SELECT secret FROM endpoints WHERE endpoints.id = deliveries.endpoint_id) AS secret
