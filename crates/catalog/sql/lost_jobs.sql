SELECT id, fence FROM jobs WHERE state = 'running' AND lease_until_ms < (SELECT now_ms()) ORDER BY lease_until_ms LIMIT $1 {skip_locked}
