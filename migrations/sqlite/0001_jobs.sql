-- Times are milliseconds since 1970 by this machine's clock. Ids are UUIDs of version 7, so they sort by time.

CREATE TABLE api_keys (
    id                blob PRIMARY KEY,
    name              text NOT NULL,
    secret_sha256     blob NOT NULL UNIQUE,
    scopes            text NOT NULL,              -- words with a space between them
    requests_per_minute integer,                   -- none: no limit
    active_jobs_max   integer,                     -- none: no limit
    created_ms        integer NOT NULL,
    revoked_ms        integer
) STRICT;

CREATE TABLE sources (
    id                blob PRIMARY KEY,
    canonical         text NOT NULL UNIQUE,       -- youtube:<id>, sha256:<hash>, url:<address>
    url               text,
    host              text,                       -- whose politeness applies
    title             text,
    uploader          text,
    licence           text,
    legal_basis       text,
    duration_secs     real,
    media_sha256      text,
    retrieved_ms      integer,
    tool_version      text,
    taken_down_ms     integer,
    taken_down_reason text,
    created_ms        integer NOT NULL
) STRICT;

CREATE TABLE batches (
    id                blob PRIMARY KEY,
    key_id            blob REFERENCES api_keys,
    name              text,
    url               text,                       -- of a playlist or channel
    options           text NOT NULL,              -- JSON
    created_ms        integer NOT NULL,
    finished_ms       integer,
    cancelled_ms      integer,
    summary           text                        -- JSON: how many lines ended how, once finished
) STRICT;
CREATE INDEX batches_unfinished ON batches (id) WHERE finished_ms IS NULL;

CREATE TABLE jobs (
    id                blob PRIMARY KEY,
    kind              text NOT NULL CHECK (kind IN ('expand_playlist', 'fetch_video', 'label_performance', 'train_policy', 'build_dataset')),
    class             text NOT NULL CHECK (class IN ('interactive', 'normal', 'backfill')),
    state             text NOT NULL CHECK (state IN ('available', 'running', 'retryable', 'completed', 'cancelled', 'discarded')),
    rank              integer NOT NULL,            -- order within (kind, class): fair among keys
    key_id            blob REFERENCES api_keys,
    share_id          blob NOT NULL,              -- whose fair share it counts against: the key, or all zero
    source_id         blob REFERENCES sources,
    dedupe_key        text,                       -- equal keys are the same work
    payload           text NOT NULL,              -- JSON
    traceparent       text,                       -- W3C trace context of the submission
    created_ms        integer NOT NULL,
    available_ms      integer NOT NULL,            -- since when it could be leased
    run_at_ms         integer,                     -- when a retryable job is due
    fence             integer NOT NULL DEFAULT 0,
    worker_id         blob,
    device            text,
    leased_ms         integer,
    lease_until_ms    integer,
    cancel_requested  integer NOT NULL DEFAULT 0,
    failures          integer NOT NULL DEFAULT 0, -- of this kind of work
    losses            integer NOT NULL DEFAULT 0, -- workers lost at it
    stage             text,
    progress          real,           -- of the stage, 0 to 1
    failure_code      text,
    failure_message   text,
    finished_ms       integer,
    CHECK ((state = 'running') = (lease_until_ms IS NOT NULL)),
    CHECK ((state IN ('completed', 'cancelled', 'discarded')) = (finished_ms IS NOT NULL)),
    CHECK ((state = 'retryable') = (run_at_ms IS NOT NULL)),
    CHECK (state <> 'discarded' OR failure_code IS NOT NULL)
) STRICT;
CREATE UNIQUE INDEX jobs_same_work ON jobs (dedupe_key) WHERE state NOT IN ('cancelled', 'discarded');
CREATE INDEX jobs_claimable ON jobs (kind, class, rank, id) WHERE state = 'available';
CREATE INDEX jobs_claimable_of_share ON jobs (kind, class, share_id, rank) WHERE state = 'available';
CREATE INDEX jobs_leased ON jobs (lease_until_ms) WHERE state = 'running';
CREATE INDEX jobs_due ON jobs (run_at_ms) WHERE state = 'retryable';
CREATE INDEX jobs_by_state ON jobs (state, id);
CREATE INDEX jobs_by_kind ON jobs (kind, id);
CREATE INDEX jobs_by_key ON jobs (key_id, id) WHERE key_id IS NOT NULL;
CREATE INDEX jobs_by_source ON jobs (source_id, id);
CREATE INDEX jobs_unfinished ON jobs (share_id) WHERE finished_ms IS NULL;
CREATE INDEX jobs_by_failure ON jobs (failure_code, id) WHERE failure_code IS NOT NULL;

-- The lines of a batch: each is a job (which may be in other batches too) or a refusal.
CREATE TABLE batch_items (
    batch_id          blob NOT NULL REFERENCES batches,
    position          integer NOT NULL,
    job_id            blob,
    refusal_code      text,
    refusal_message   text,
    PRIMARY KEY (batch_id, position),
    CHECK ((job_id IS NULL) = (refusal_code IS NOT NULL))
) STRICT;
CREATE INDEX batch_items_by_job ON batch_items (job_id, batch_id);
CREATE INDEX batch_items_jobs ON batch_items (batch_id, job_id);

CREATE TABLE attempts (
    job_id            blob NOT NULL,
    fence             integer NOT NULL,
    kind              text NOT NULL,
    worker_id         blob NOT NULL,
    device            text NOT NULL,
    key_id            blob,
    queued_ms         integer NOT NULL,            -- how long it had waited
    started_ms        integer NOT NULL,
    ended_ms          integer,
    outcome           text CHECK (outcome IN ('completed', 'handed_on', 'failed', 'snoozed', 'cancelled', 'released', 'lost')),
    failure_code      text,
    wall_secs         real NOT NULL DEFAULT 0,
    cpu_secs          real NOT NULL DEFAULT 0,
    device_secs       real NOT NULL DEFAULT 0,
    bytes_in          integer NOT NULL DEFAULT 0,
    bytes_out         integer NOT NULL DEFAULT 0,
    peak_memory_bytes integer NOT NULL DEFAULT 0,
    PRIMARY KEY (job_id, fence)
) STRICT;
CREATE INDEX attempts_by_start ON attempts (started_ms);

-- Doorbells to be published. A row goes when the broker has confirmed it.
CREATE TABLE outbox (
    seq               integer PRIMARY KEY AUTOINCREMENT,
    job_id            blob NOT NULL,
    kind              text NOT NULL,
    class             text NOT NULL,
    traceparent       text,
    created_ms        integer NOT NULL,
    taken_until_ms    integer NOT NULL DEFAULT 0   -- a relay is publishing it
) STRICT;

-- What happened, for those who watch.
CREATE TABLE events (
    seq               integer PRIMARY KEY AUTOINCREMENT,
    job_id            blob,
    batch_id          blob,
    name              text NOT NULL,
    data              text NOT NULL,              -- JSON
    at_ms             integer NOT NULL
) STRICT;
CREATE INDEX events_by_job ON events (job_id, seq);
CREATE INDEX events_by_batch ON events (batch_id, seq) WHERE batch_id IS NOT NULL;

CREATE TABLE performances (
    id                blob PRIMARY KEY,
    job_id            blob NOT NULL UNIQUE REFERENCES jobs,
    source_id         blob NOT NULL REFERENCES sources,
    title             text,
    uploader          text,
    licence           text,
    duration_secs     real NOT NULL,
    notes             integer NOT NULL,
    fingered_notes    integer NOT NULL,
    mean_confidence   real NOT NULL,
    engine_versions   text NOT NULL,              -- JSON
    metadata          text NOT NULL,              -- JSON
    created_ms        integer NOT NULL
) STRICT;
CREATE INDEX performances_by_source ON performances (source_id, id);
CREATE INDEX performances_by_licence ON performances (licence, id);
CREATE INDEX performances_by_uploader ON performances (uploader, id);

-- Files in the store. An object without a row here is not a result and may be swept.
CREATE TABLE artifacts (
    job_id            blob NOT NULL,
    name              text NOT NULL,
    source_id         blob,
    sha256            text NOT NULL,
    size_bytes        integer NOT NULL,
    media_type        text NOT NULL,
    created_ms        integer NOT NULL,
    PRIMARY KEY (job_id, name)
) STRICT;
CREATE INDEX artifacts_by_sha256 ON artifacts (sha256);
CREATE INDEX artifacts_by_source ON artifacts (source_id);

-- Objects to be deleted once nothing refers to them.
CREATE TABLE deletions (
    sha256            text PRIMARY KEY,
    not_before_ms     integer NOT NULL
) STRICT;

CREATE TABLE hosts (
    host              text PRIMARY KEY,
    next_turn_ms      integer NOT NULL DEFAULT 0,  -- when the next request may begin
    closed_until_ms   integer NOT NULL DEFAULT 0,  -- the circuit breaker: nobody asks before
    strikes           integer NOT NULL DEFAULT 0   -- times the breaker opened without a success in between
) STRICT;

CREATE TABLE workers (
    id                blob PRIMARY KEY,
    name              text NOT NULL,
    kinds             text NOT NULL,              -- words with a space between them
    device            text NOT NULL,
    version           text NOT NULL,
    started_ms        integer NOT NULL,
    seen_ms           integer NOT NULL,
    draining          integer NOT NULL DEFAULT 0
) STRICT;

CREATE TABLE uploads (
    id                blob PRIMARY KEY,
    key_id            blob,
    name              text NOT NULL,
    size_bytes        integer NOT NULL,
    sha256            text,                       -- as the uploader gave it; checked at the end
    received_bytes    integer NOT NULL DEFAULT 0,
    artifact_sha256   text,                       -- once complete
    created_ms        integer NOT NULL,
    expires_ms        integer NOT NULL
) STRICT;

CREATE TABLE idempotency (
    key_id            blob NOT NULL,              -- all zero for requests without a key
    idempotency_key   text NOT NULL,
    request_sha256    blob NOT NULL,
    status            integer,                    -- none: still being answered
    headers           text,                       -- JSON
    body              blob,
    created_ms        integer NOT NULL,
    PRIMARY KEY (key_id, idempotency_key)
) STRICT;

CREATE TABLE endpoints (
    id                blob PRIMARY KEY,
    key_id            blob,
    url               text NOT NULL,
    secret            text NOT NULL,              -- signs what is sent
    event_names       text NOT NULL,              -- words with a space between them; empty: all
    failing_since_ms  integer,
    disabled_ms       integer,
    created_ms        integer NOT NULL
) STRICT;

CREATE TABLE deliveries (
    seq               integer PRIMARY KEY AUTOINCREMENT,
    endpoint_id       blob NOT NULL REFERENCES endpoints ON DELETE CASCADE,
    message_id        text NOT NULL,              -- the same for every try
    event_name        text NOT NULL,
    body              text NOT NULL,
    tries             integer NOT NULL DEFAULT 0,
    next_try_ms       integer,                     -- none: delivered or given up
    last_status       integer,
    last_error        text,
    delivered_ms      integer,
    created_ms        integer NOT NULL
) STRICT;
CREATE INDEX deliveries_due ON deliveries (next_try_ms) WHERE next_try_ms IS NOT NULL;
CREATE INDEX deliveries_by_endpoint ON deliveries (endpoint_id, seq);

-- Every change of state is an event, and a job that becomes available again rings. Written by the database itself so that no
-- step can forget it. (Submitting rings for all its jobs in one statement.)
CREATE TRIGGER jobs_tell_state AFTER UPDATE OF state ON jobs WHEN NEW.state <> OLD.state
BEGIN
    INSERT INTO events (job_id, name, data, at_ms)
    VALUES (NEW.id, 'job.' || NEW.state,
            json_object('job', 'job_' || lower(hex(NEW.id)), 'state', NEW.state, 'kind', NEW.kind,
                        'failure_code', NEW.failure_code, 'failure_message', NEW.failure_message, 'run_at_ms', NEW.run_at_ms),
            CAST(unixepoch('subsec') * 1000 AS INTEGER));
    INSERT INTO outbox (job_id, kind, class, traceparent, created_ms)
    SELECT NEW.id, NEW.kind, NEW.class, NEW.traceparent, CAST(unixepoch('subsec') * 1000 AS INTEGER)
    WHERE NEW.state = 'available';
END;
CREATE TRIGGER jobs_tell_progress AFTER UPDATE OF stage, progress ON jobs
    WHEN NEW.state = 'running' AND OLD.state = 'running' AND (NEW.stage IS NOT OLD.stage OR NEW.progress IS NOT OLD.progress)
BEGIN
    INSERT INTO events (job_id, name, data, at_ms)
    VALUES (NEW.id, 'job.progress',
            json_object('job', 'job_' || lower(hex(NEW.id)), 'stage', NEW.stage, 'progress', NEW.progress),
            CAST(unixepoch('subsec') * 1000 AS INTEGER));
END;

-- The end of a job or a batch goes to every endpoint that wants to know.
CREATE TRIGGER events_deliver AFTER INSERT ON events
    WHEN NEW.name IN ('job.completed', 'job.cancelled', 'job.discarded', 'batch.finished')
BEGIN
    INSERT INTO deliveries (endpoint_id, message_id, event_name, body, next_try_ms, created_ms)
    SELECT id, 'msg_' || NEW.seq, NEW.name,
           json_object('type', NEW.name, 'timestamp', strftime('%Y-%m-%dT%H:%M:%fZ', NEW.at_ms / 1000.0, 'unixepoch'),
                       'data', json(NEW.data)),
           NEW.at_ms, NEW.at_ms
    FROM endpoints
    WHERE disabled_ms IS NULL AND (event_names = '' OR ' ' || event_names || ' ' LIKE '% ' || NEW.name || ' %');
END;
