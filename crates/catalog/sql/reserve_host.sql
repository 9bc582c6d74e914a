INSERT INTO hosts (host, next_turn_ms) VALUES ($1, now_ms() + $2)
ON CONFLICT (host) DO UPDATE SET
    next_turn_ms = CASE WHEN hosts.closed_until_ms > now_ms() THEN hosts.next_turn_ms
                        WHEN hosts.next_turn_ms > now_ms() THEN hosts.next_turn_ms + $2
                        ELSE now_ms() + $2 END
RETURNING next_turn_ms - $2 - now_ms() AS wait_ms, closed_until_ms - now_ms() AS closed_ms
