SELECT id, name, kinds, device, version, started_ms, seen_ms, draining FROM workers WHERE seen_ms >= now_ms() - $1 ORDER BY started_ms, id
