-- What keeps an ended job from being tried again: the job that does the same work now, or a takedown.
SELECT (SELECT same.id FROM jobs AS same
        WHERE same.dedupe_key = jobs.dedupe_key AND same.state NOT IN ('cancelled', 'discarded') AND same.id <> jobs.id) AS same_work,
       (SELECT taken_down_ms FROM sources WHERE sources.id = jobs.source_id) IS NOT NULL AS taken_down
FROM jobs WHERE jobs.id = $1
