SELECT kind, class,
       CAST(SUM(CASE WHEN state = 'available' THEN 1 ELSE 0 END) AS bigint) AS available,
       CAST(SUM(CASE WHEN state = 'running' THEN 1 ELSE 0 END) AS bigint) AS running,
       CAST(SUM(CASE WHEN state = 'retryable' THEN 1 ELSE 0 END) AS bigint) AS retryable,
       COALESCE(now_ms() - MIN(CASE WHEN state = 'available' THEN available_ms END), 0) AS oldest_ms
FROM jobs WHERE state IN ('available', 'running', 'retryable')
GROUP BY kind, class ORDER BY kind, class
