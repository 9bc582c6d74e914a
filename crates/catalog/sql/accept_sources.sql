INSERT INTO sources (id, canonical, url, host, title, licence, legal_basis, created_ms)
SELECT source_id, canonical, url, host, title, licence, legal_basis, now_ms()
FROM {items}
WHERE TRUE
ORDER BY canonical              -- in one order everywhere, so that two submissions of the same videos do not deadlock
ON CONFLICT (canonical) DO NOTHING
