SELECT 1 FROM batches WHERE id = $1
