-- The breaker stays open at least as long as the host asked, and four times longer after each strike in a row, up to six hours.
INSERT INTO hosts (host, closed_until_ms, strikes) VALUES ($1, now_ms() + $2, 1)
ON CONFLICT (host) DO UPDATE SET
    closed_until_ms = now_ms() + CASE WHEN hosts.strikes <= 0 THEN $2 WHEN hosts.strikes = 1 THEN $3 ELSE $4 END,
    strikes = hosts.strikes + 1
