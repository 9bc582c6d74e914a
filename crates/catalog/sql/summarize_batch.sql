-- Nothing changes in a finished batch, so its lines are not counted again.
UPDATE batches SET summary = $2 WHERE id = $1
