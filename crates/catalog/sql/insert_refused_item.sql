INSERT INTO batch_items (batch_id, position, refusal_code, refusal_message) VALUES ($1, $2, $3, $4)
ON CONFLICT (batch_id, position) DO NOTHING
