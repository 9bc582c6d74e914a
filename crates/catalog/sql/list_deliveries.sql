SELECT deliveries.seq, deliveries.endpoint_id, deliveries.message_id, deliveries.event_name, deliveries.body, deliveries.tries,
       deliveries.next_try_ms, deliveries.last_status, deliveries.last_error, deliveries.delivered_ms, deliveries.created_ms,
       endpoints.url, endpoints.secret
FROM deliveries JOIN endpoints ON endpoints.id = deliveries.endpoint_id
WHERE deliveries.endpoint_id = $1 AND deliveries.seq < $2
ORDER BY deliveries.seq DESC LIMIT $3
