-- Rows of every table as this migration leaves them. The next migration must run over them.
INSERT INTO api_keys (id, name, secret_sha256, scopes, requests_per_minute, active_jobs_max, created_ms, revoked_ms)
VALUES ('00000001-0000-7000-8000-000000000000', 'laboratory', '\xaabb', 'submit read', 60, NULL, 1, NULL), ('00000002-0000-7000-8000-000000000000', 'revoked', '\xccdd', '', NULL, 5, 1, 2);
INSERT INTO sources (id, canonical, url, host, title, uploader, licence, legal_basis, duration_secs, media_sha256, retrieved_ms, tool_version,
                     taken_down_ms, taken_down_reason, created_ms)
VALUES ('00000003-0000-7000-8000-000000000000', 'youtube:a', 'https://video.example/a', 'video.example', 'Prelude', 'a pianist', 'CC-BY-4.0', 'permission', 61.5, 'aa', 2, 'yt-dlp 1',
        NULL, NULL, 1),
       ('00000004-0000-7000-8000-000000000000', 'sha256:bb', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 3, 'asked by its owner', 1);
INSERT INTO batches (id, key_id, name, url, options, created_ms, finished_ms, cancelled_ms, summary)
VALUES ('00000005-0000-7000-8000-000000000000', '00000001-0000-7000-8000-000000000000', 'a playlist', 'https://video.example/list', '{}', 1, 9, NULL, '[{"state":"completed","code":null,"count":1}]'),
       ('00000006-0000-7000-8000-000000000000', NULL, NULL, NULL, '{}', 1, NULL, 2, NULL);
INSERT INTO jobs (id, kind, class, state, rank, key_id, share_id, source_id, dedupe_key, payload, traceparent, created_ms, available_ms, run_at_ms,
                  fence, worker_id, device, leased_ms, lease_until_ms, failures, losses, stage, progress, failure_code, failure_message, finished_ms)
VALUES ('00000007-0000-7000-8000-000000000000', 'label_performance', 'normal', 'completed', 0, '00000001-0000-7000-8000-000000000000', '00000001-0000-7000-8000-000000000000', '00000003-0000-7000-8000-000000000000', 'a', '{"kind":"build_dataset","dataset":"d"}', '00-1-1-01', 1, 1, NULL,
        2, '00000014-0000-7000-8000-000000000000', 'cpu', 2, NULL, 1, 0, 'write', 1, NULL, NULL, 9),
       ('00000008-0000-7000-8000-000000000000', 'fetch_video', 'backfill', 'available', 1, NULL, '00000000-0000-0000-0000-000000000000', '00000003-0000-7000-8000-000000000000', 'b', '{}', NULL, 1, 1, NULL,
        0, NULL, NULL, NULL, NULL, 0, 0, NULL, NULL, NULL, NULL, NULL),
       ('00000009-0000-7000-8000-000000000000', 'fetch_video', 'interactive', 'running', 2, NULL, '00000000-0000-0000-0000-000000000000', '00000003-0000-7000-8000-000000000000', 'c', '{}', NULL, 1, 1, NULL,
        1, '00000014-0000-7000-8000-000000000000', 'cuda:0', 2, 3, 0, 1, 'fetch', 0.5, NULL, NULL, NULL),
       ('0000000a-0000-7000-8000-000000000000', 'expand_playlist', 'normal', 'retryable', 3, NULL, '00000000-0000-0000-0000-000000000000', NULL, 'd', '{}', NULL, 1, 1, 5,
        1, '00000014-0000-7000-8000-000000000000', 'cpu', 2, NULL, 1, 0, NULL, NULL, 'site_slow', 'the site took too long', NULL),
       ('0000000b-0000-7000-8000-000000000000', 'train_policy', 'normal', 'discarded', 4, NULL, '00000000-0000-0000-0000-000000000000', NULL, 'e', '{}', NULL, 1, 1, NULL,
        1, '00000014-0000-7000-8000-000000000000', 'cpu', 2, NULL, 1, 3, NULL, NULL, 'worker_lost', 'its worker stopped answering', 9),
       ('0000000c-0000-7000-8000-000000000000', 'build_dataset', 'normal', 'cancelled', 5, NULL, '00000000-0000-0000-0000-000000000000', NULL, NULL, '{}', NULL, 1, 1, NULL,
        0, NULL, NULL, NULL, NULL, 0, 0, NULL, NULL, NULL, NULL, 9);
INSERT INTO batch_items (batch_id, position, job_id, refusal_code, refusal_message)
VALUES ('00000005-0000-7000-8000-000000000000', 0, '00000007-0000-7000-8000-000000000000', NULL, NULL), ('00000006-0000-7000-8000-000000000000', 0, '00000008-0000-7000-8000-000000000000', NULL, NULL), ('00000006-0000-7000-8000-000000000000', 1, NULL, 'not_a_url', 'the line is no address');
INSERT INTO attempts (job_id, fence, kind, worker_id, device, key_id, queued_ms, started_ms, ended_ms, outcome, failure_code, wall_secs, cpu_secs,
                      device_secs, bytes_in, bytes_out, peak_memory_bytes)
VALUES ('00000007-0000-7000-8000-000000000000', 1, 'fetch_video', '00000014-0000-7000-8000-000000000000', 'cpu', '00000001-0000-7000-8000-000000000000', 5, 2, 3, 'handed_on', NULL, 1.5, 1, 0, 100, 10, 1000),
       ('0000000b-0000-7000-8000-000000000000', 1, 'train_policy', '00000014-0000-7000-8000-000000000000', 'cpu', NULL, 5, 2, 3, 'lost', 'worker_lost', 1.5, 0, 0, 0, 0, 0);
INSERT INTO outbox (job_id, kind, class, traceparent, created_ms) VALUES ('00000008-0000-7000-8000-000000000000', 'fetch_video', 'backfill', NULL, 1);
INSERT INTO events (job_id, batch_id, name, data, at_ms)
VALUES ('00000007-0000-7000-8000-000000000000', NULL, 'job.running', '{}', 2), (NULL, '00000005-0000-7000-8000-000000000000', 'batch.finished', '{}', 9);
INSERT INTO performances (id, job_id, source_id, title, uploader, licence, duration_secs, notes, fingered_notes, mean_confidence, engine_versions,
                          metadata, created_ms)
VALUES ('0000000d-0000-7000-8000-000000000000', '00000007-0000-7000-8000-000000000000', '00000003-0000-7000-8000-000000000000', 'Prelude', 'a pianist', 'CC-BY-4.0', 61.5, 420, 400, 0.75, '{}', '{}', 9);
INSERT INTO artifacts (job_id, name, source_id, sha256, size_bytes, media_type, created_ms)
VALUES ('00000007-0000-7000-8000-000000000000', 'performance.json', '00000003-0000-7000-8000-000000000000', 'cc', 1234, 'application/json', 9);
INSERT INTO deletions (sha256, not_before_ms) VALUES ('dd', 9);
INSERT INTO hosts (host, next_turn_ms, closed_until_ms, strikes) VALUES ('video.example', 5, 0, 1);
INSERT INTO workers (id, name, kinds, device, version, started_ms, seen_ms, draining)
VALUES ('00000014-0000-7000-8000-000000000000', 'gpu-1:4242', 'label_performance train_policy', 'cuda:0', '1.0.0', 1, 9, TRUE);
INSERT INTO uploads (id, key_id, name, size_bytes, sha256, received_bytes, artifact_sha256, created_ms, expires_ms)
VALUES ('0000000e-0000-7000-8000-000000000000', '00000001-0000-7000-8000-000000000000', 'take.mp4', 100, 'ee', 100, 'ee', 1, 9), ('0000000f-0000-7000-8000-000000000000', NULL, 'half.mp4', 100, NULL, 50, NULL, 1, 9);
INSERT INTO idempotency (key_id, idempotency_key, request_sha256, status, headers, body, created_ms)
VALUES ('00000000-0000-0000-0000-000000000000', 'one', '\xaabb', 202, '{}', '\xccdd', 1), ('00000001-0000-7000-8000-000000000000', 'two', '\xaabb', NULL, NULL, NULL, 1);
INSERT INTO endpoints (id, key_id, url, secret, event_names, failing_since_ms, disabled_ms, created_ms)
VALUES ('00000010-0000-7000-8000-000000000000', NULL, 'https://listener.example/hook', 'whsec_c2VjcmV0', 'job.completed', 5, NULL, 1);
INSERT INTO deliveries (endpoint_id, message_id, event_name, body, tries, next_try_ms, last_status, last_error, delivered_ms, created_ms)
VALUES ('00000010-0000-7000-8000-000000000000', 'msg_1', 'job.completed', '{}', 1, 9, 503, 'overloaded', NULL, 1);
