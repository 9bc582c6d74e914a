-- Times are milliseconds since 1970 by this server's clock. Ids are UUIDs of version 7, so they sort by time.

CREATE FUNCTION now_ms() RETURNS bigint LANGUAGE sql VOLATILE PARALLEL SAFE
    AS $$ SELECT (extract(epoch FROM clock_timestamp()) * 1000)::bigint $$;

CREATE TABLE api_keys (
    id                uuid PRIMARY KEY,
    name              text NOT NULL,
    secret_sha256     bytea NOT NULL UNIQUE,
    scopes            text NOT NULL,              -- words with a space between them
    requests_per_minute bigint,                   -- none: no limit
    active_jobs_max   bigint,                     -- none: no limit
    created_ms        bigint NOT NULL,
    revoked_ms        bigint
);

CREATE TABLE sources (
    id                uuid PRIMARY KEY,
    canonical         text NOT NULL UNIQUE,       -- youtube:<id>, sha256:<hash>, url:<address>
    url               text,
    host              text,                       -- whose politeness applies
    title             text,
    uploader          text,
    licence           text,
    legal_basis       text,
    duration_secs     double precision,
    media_sha256      text,
    retrieved_ms      bigint,
    tool_version      text,
    taken_down_ms     bigint,
    taken_down_reason text,
    created_ms        bigint NOT NULL
);

CREATE TABLE batches (
    id                uuid PRIMARY KEY,
    key_id            uuid REFERENCES api_keys,
    name              text,
    url               text,                       -- of a playlist or channel
    options           text NOT NULL,              -- JSON
    created_ms        bigint NOT NULL,
    finished_ms       bigint,
    cancelled_ms      bigint,
    summary           text                        -- JSON: how many lines ended how, once finished
);
CREATE INDEX batches_unfinished ON batches (id) WHERE finished_ms IS NULL;

CREATE TABLE jobs (
    id                uuid PRIMARY KEY,
    kind              text NOT NULL CHECK (kind IN ('expand_playlist', 'fetch_video', 'label_performance', 'train_policy', 'build_dataset')),
    class             text NOT NULL CHECK (class IN ('interactive', 'normal', 'backfill')),
    state             text NOT NULL CHECK (state IN ('available', 'running', 'retryable', 'completed', 'cancelled', 'discarded')),
    rank              bigint NOT NULL,            -- order within (kind, class): fair among keys
    key_id            uuid REFERENCES api_keys,
    share_id          uuid NOT NULL,              -- whose fair share it counts against: the key, or all zero
    source_id         uuid REFERENCES sources,
    dedupe_key        text,                       -- equal keys are the same work
    payload           text NOT NULL,              -- JSON
    traceparent       text,                       -- W3C trace context of the submission
    created_ms        bigint NOT NULL,
    available_ms      bigint NOT NULL,            -- since when it could be leased
    run_at_ms         bigint,                     -- when a retryable job is due
    fence             bigint NOT NULL DEFAULT 0,
    worker_id         uuid,
    device            text,
    leased_ms         bigint,
    lease_until_ms    bigint,
    cancel_requested  boolean NOT NULL DEFAULT false,
    failures          bigint NOT NULL DEFAULT 0, -- of this kind of work
    losses            bigint NOT NULL DEFAULT 0, -- workers lost at it
    stage             text,
    progress          double precision,           -- of the stage, 0 to 1
    failure_code      text,
    failure_message   text,
    finished_ms       bigint,
    CHECK ((state = 'running') = (lease_until_ms IS NOT NULL)),
    CHECK ((state IN ('completed', 'cancelled', 'discarded')) = (finished_ms IS NOT NULL)),
    CHECK ((state = 'retryable') = (run_at_ms IS NOT NULL)),
    CHECK (state <> 'discarded' OR failure_code IS NOT NULL)
);
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
    batch_id          uuid NOT NULL REFERENCES batches,
    position          bigint NOT NULL,
    job_id            uuid,
    refusal_code      text,
    refusal_message   text,
    PRIMARY KEY (batch_id, position),
    CHECK ((job_id IS NULL) = (refusal_code IS NOT NULL))
);
CREATE INDEX batch_items_by_job ON batch_items (job_id, batch_id);
CREATE INDEX batch_items_jobs ON batch_items (batch_id, job_id);

CREATE TABLE attempts (
    job_id            uuid NOT NULL,
    fence             bigint NOT NULL,
    kind              text NOT NULL,
    worker_id         uuid NOT NULL,
    device            text NOT NULL,
    key_id            uuid,
    queued_ms         bigint NOT NULL,            -- how long it had waited
    started_ms        bigint NOT NULL,
    ended_ms          bigint,
    outcome           text CHECK (outcome IN ('completed', 'handed_on', 'failed', 'snoozed', 'cancelled', 'released', 'lost')),
    failure_code      text,
    wall_secs         double precision NOT NULL DEFAULT 0,
    cpu_secs          double precision NOT NULL DEFAULT 0,
    device_secs       double precision NOT NULL DEFAULT 0,
    bytes_in          bigint NOT NULL DEFAULT 0,
    bytes_out         bigint NOT NULL DEFAULT 0,
    peak_memory_bytes bigint NOT NULL DEFAULT 0,
    PRIMARY KEY (job_id, fence)
);
CREATE INDEX attempts_by_start ON attempts (started_ms);

-- Doorbells to be published. A row goes when the broker has confirmed it.
CREATE TABLE outbox (
    seq               bigserial PRIMARY KEY,
    job_id            uuid NOT NULL,
    kind              text NOT NULL,
    class             text NOT NULL,
    traceparent       text,
    created_ms        bigint NOT NULL,
    taken_until_ms    bigint NOT NULL DEFAULT 0   -- a relay is publishing it
);

-- What happened, for those who watch. Transactions end in another order than they begin, so a plain sequence would let a reader
-- pass by rows that appear later. Here a number begins with its transaction's (and ends with 23 bits of a sequence): readers ask
-- only for transactions older than all that still run, and no row can appear among or before those. A dump restored on another
-- server brings numbers of other transactions with it: empty this table after that.
CREATE SEQUENCE event_numbers;
CREATE FUNCTION event_seq() RETURNS bigint LANGUAGE sql VOLATILE
    AS $$ SELECT (pg_current_xact_id()::text::bigint << 23) | (nextval('event_numbers') & ((1 << 23) - 1)) $$;
CREATE TABLE events (
    seq               bigint PRIMARY KEY DEFAULT event_seq(),
    job_id            uuid,
    batch_id          uuid,
    name              text NOT NULL,
    data              text NOT NULL,              -- JSON
    at_ms             bigint NOT NULL
);
CREATE INDEX events_by_job ON events (job_id, seq);
CREATE INDEX events_by_batch ON events (batch_id, seq) WHERE batch_id IS NOT NULL;

CREATE TABLE performances (
    id                uuid PRIMARY KEY,
    job_id            uuid NOT NULL UNIQUE REFERENCES jobs,
    source_id         uuid NOT NULL REFERENCES sources,
    title             text,
    uploader          text,
    licence           text,
    duration_secs     double precision NOT NULL,
    notes             bigint NOT NULL,
    fingered_notes    bigint NOT NULL,
    mean_confidence   double precision NOT NULL,
    engine_versions   text NOT NULL,              -- JSON
    metadata          text NOT NULL,              -- JSON
    created_ms        bigint NOT NULL
);
CREATE INDEX performances_by_source ON performances (source_id, id);
CREATE INDEX performances_by_licence ON performances (licence, id);
CREATE INDEX performances_by_uploader ON performances (uploader, id);

-- Files in the store. An object without a row here is not a result and may be swept.
CREATE TABLE artifacts (
    job_id            uuid NOT NULL,
    name              text NOT NULL,
    source_id         uuid,
    sha256            text NOT NULL,
    size_bytes        bigint NOT NULL,
    media_type        text NOT NULL,
    created_ms        bigint NOT NULL,
    PRIMARY KEY (job_id, name)
);
CREATE INDEX artifacts_by_sha256 ON artifacts (sha256);
CREATE INDEX artifacts_by_source ON artifacts (source_id);

-- Objects to be deleted once nothing refers to them.
CREATE TABLE deletions (
    sha256            text PRIMARY KEY,
    not_before_ms     bigint NOT NULL
);

CREATE TABLE hosts (
    host              text PRIMARY KEY,
    next_turn_ms      bigint NOT NULL DEFAULT 0,  -- when the next request may begin
    closed_until_ms   bigint NOT NULL DEFAULT 0,  -- the circuit breaker: nobody asks before
    strikes           bigint NOT NULL DEFAULT 0   -- times the breaker opened without a success in between
);

CREATE TABLE workers (
    id                uuid PRIMARY KEY,
    name              text NOT NULL,
    kinds             text NOT NULL,              -- words with a space between them
    device            text NOT NULL,
    version           text NOT NULL,
    started_ms        bigint NOT NULL,
    seen_ms           bigint NOT NULL,
    draining          boolean NOT NULL DEFAULT false
);

CREATE TABLE uploads (
    id                uuid PRIMARY KEY,
    key_id            uuid,
    name              text NOT NULL,
    size_bytes        bigint NOT NULL,
    sha256            text,                       -- as the uploader gave it; checked at the end
    received_bytes    bigint NOT NULL DEFAULT 0,
    artifact_sha256   text,                       -- once complete
    created_ms        bigint NOT NULL,
    expires_ms        bigint NOT NULL
);

CREATE TABLE idempotency (
    key_id            uuid NOT NULL,              -- all zero for requests without a key
    idempotency_key   text NOT NULL,
    request_sha256    bytea NOT NULL,
    status            bigint,                    -- none: still being answered
    headers           text,                       -- JSON
    body              bytea,
    created_ms        bigint NOT NULL,
    PRIMARY KEY (key_id, idempotency_key)
);

CREATE TABLE endpoints (
    id                uuid PRIMARY KEY,
    key_id            uuid,
    url               text NOT NULL,
    secret            text NOT NULL,              -- signs what is sent
    event_names       text NOT NULL,              -- words with a space between them; empty: all
    failing_since_ms  bigint,
    disabled_ms       bigint,
    created_ms        bigint NOT NULL
);

CREATE TABLE deliveries (
    seq               bigserial PRIMARY KEY,
    endpoint_id       uuid NOT NULL REFERENCES endpoints ON DELETE CASCADE,
    message_id        text NOT NULL,              -- the same for every try
    event_name        text NOT NULL,
    body              text NOT NULL,
    tries             bigint NOT NULL DEFAULT 0,
    next_try_ms       bigint,                     -- none: delivered or given up
    last_status       bigint,
    last_error        text,
    delivered_ms      bigint,
    created_ms        bigint NOT NULL
);
CREATE INDEX deliveries_due ON deliveries (next_try_ms) WHERE next_try_ms IS NOT NULL;
CREATE INDEX deliveries_by_endpoint ON deliveries (endpoint_id, seq);

-- Every change of state is an event, and a job that becomes available again rings. Written by the database itself so that no
-- step can forget it. (Submitting rings for all its jobs in one statement.)
CREATE FUNCTION tell_job() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.state <> OLD.state THEN
        INSERT INTO events (job_id, name, data, at_ms)
        VALUES (NEW.id, 'job.' || NEW.state,
                json_build_object('job', 'job_' || replace(NEW.id::text, '-', ''), 'state', NEW.state, 'kind', NEW.kind,
                                  'failure_code', NEW.failure_code, 'failure_message', NEW.failure_message,
                                  'run_at_ms', NEW.run_at_ms)::text,
                now_ms());
        IF NEW.state = 'available' THEN
            INSERT INTO outbox (job_id, kind, class, traceparent, created_ms)
            VALUES (NEW.id, NEW.kind, NEW.class, NEW.traceparent, now_ms());
        END IF;
    ELSE
        INSERT INTO events (job_id, name, data, at_ms)
        VALUES (NEW.id, 'job.progress',
                json_build_object('job', 'job_' || replace(NEW.id::text, '-', ''), 'stage', NEW.stage, 'progress', NEW.progress)::text,
                now_ms());
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER jobs_tell_state AFTER UPDATE ON jobs FOR EACH ROW
    WHEN (NEW.state <> OLD.state) EXECUTE FUNCTION tell_job();
CREATE TRIGGER jobs_tell_progress AFTER UPDATE OF stage, progress ON jobs FOR EACH ROW
    WHEN (NEW.state = 'running' AND OLD.state = 'running'
          AND (NEW.stage IS DISTINCT FROM OLD.stage OR NEW.progress IS DISTINCT FROM OLD.progress))
    EXECUTE FUNCTION tell_job();

-- The end of a job or a batch goes to every endpoint that wants to know.
CREATE FUNCTION deliver_event() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO deliveries (endpoint_id, message_id, event_name, body, next_try_ms, created_ms)
    SELECT id, 'msg_' || NEW.seq, NEW.name,
           json_build_object('type', NEW.name, 'timestamp', to_char(to_timestamp(NEW.at_ms / 1000.0) AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
                             'data', NEW.data::json)::text,
           NEW.at_ms, NEW.at_ms
    FROM endpoints
    WHERE disabled_ms IS NULL AND (event_names = '' OR ' ' || event_names || ' ' LIKE '% ' || NEW.name || ' %');
    RETURN NULL;
END $$;
CREATE TRIGGER events_deliver AFTER INSERT ON events FOR EACH ROW
    WHEN (NEW.name IN ('job.completed', 'job.cancelled', 'job.discarded', 'batch.finished')) EXECUTE FUNCTION deliver_event();
