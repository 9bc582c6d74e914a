DELETE FROM events WHERE at_ms < now_ms() - $1
