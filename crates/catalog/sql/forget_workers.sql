DELETE FROM workers WHERE seen_ms < now_ms() - $1
