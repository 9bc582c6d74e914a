SELECT endpoints.disabled_ms IS NOT NULL AS disabled
FROM endpoints JOIN deliveries ON deliveries.endpoint_id = endpoints.id
WHERE endpoints.id = $1 AND deliveries.seq = $2
