DELETE FROM performances WHERE source_id = $1
