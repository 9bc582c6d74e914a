-- $1 jobs of the last thirty days, as a service that has worked for a while holds them: nine tenths completed, some cancelled and
-- discarded, some waiting; every other one in a batch of 10,000. Everything a page shows is there: sources and performances too.
CREATE TEMPORARY TABLE seed AS
SELECT number,
       at_ms,
       (lpad(to_hex(at_ms), 12, '0') || '7' || substr(md5('job ' || number), 1, 3) || '8' || substr(md5('job ' || number), 4, 15))::uuid AS job_id,
       md5('source ' || number)::uuid AS source_id,
       CASE WHEN number % 100 < 90 THEN 'completed' WHEN number % 100 < 93 THEN 'cancelled' WHEN number % 100 < 97 THEN 'discarded'
            ELSE 'available' END AS state,
       -- What waits is for workers this bench does not start.
       CASE WHEN number % 100 >= 97 THEN 'train_policy' WHEN number % 100 < 90 THEN 'label_performance' ELSE 'fetch_video' END AS kind,
       CASE WHEN number % 100 BETWEEN 93 AND 96 THEN (ARRAY['no_hands', 'no_keyboard', 'source_gone'])[1 + number % 3] END AS failure_code
FROM (SELECT number, now_ms() - 2592000000 + number * (2592000000 / {jobs}) AS at_ms FROM generate_series(0, {jobs} - 1) AS number) AS numbers;

INSERT INTO sources (id, canonical, url, host, title, created_ms)
SELECT source_id, 'url:https://example.org/seed/' || number, 'https://example.org/seed/' || number, 'example.org', 'Video ' || number, at_ms FROM seed;

INSERT INTO jobs (id, kind, class, state, rank, share_id, source_id, dedupe_key, payload, created_ms, available_ms, fence, failures,
                  failure_code, failure_message, finished_ms)
SELECT job_id, kind, 'backfill', state, number, '00000000-0000-0000-0000-000000000000', source_id, 'seed ' || number,
       json_build_object('kind', 'fetch_video', 'from', json_build_object('url', 'https://example.org/seed/' || number),
                         'notes_sha256', NULL, 'notes_name', NULL, 'options', '{}'::json)::text,
       at_ms, at_ms, 1, 0, failure_code, failure_code, CASE WHEN state <> 'available' THEN at_ms + 60000 END
FROM seed;

INSERT INTO performances (id, job_id, source_id, title, duration_secs, notes, fingered_notes, mean_confidence, engine_versions, metadata, created_ms)
SELECT md5('performance ' || number)::uuid, job_id, source_id, 'Video ' || number, 60, 500, 490, 0.9, '{}', '{}', at_ms + 60000
FROM seed WHERE state = 'completed';

INSERT INTO attempts (job_id, fence, kind, worker_id, device, queued_ms, started_ms, ended_ms, outcome, wall_secs, cpu_secs)
SELECT job_id, 1, kind, md5('worker')::uuid, 'cpu', 1000, at_ms, at_ms + 60000,
       CASE state WHEN 'completed' THEN 'completed' WHEN 'cancelled' THEN 'cancelled' ELSE 'failed' END, 60, 60
FROM seed WHERE state <> 'available';

INSERT INTO batches (id, options, created_ms)
SELECT (lpad(to_hex(min(at_ms)), 12, '0') || '7' || substr(md5('batch ' || number / 20000), 1, 3) || '8' || substr(md5('batch ' || number / 20000), 4, 15))::uuid,
       '{}', min(at_ms)
FROM seed GROUP BY number / 20000;

INSERT INTO batch_items (batch_id, position, job_id)
SELECT (SELECT id FROM batches ORDER BY id LIMIT 1 OFFSET lot), position, job_id
FROM (SELECT number / 20000 AS lot, number / 2 % 10000 AS position, job_id FROM seed WHERE number % 2 = 0) AS lines;
