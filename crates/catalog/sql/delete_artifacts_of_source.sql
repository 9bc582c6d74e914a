DELETE FROM artifacts WHERE source_id = $1
