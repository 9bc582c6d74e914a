//! What the stories have in common: things to submit, a worker, and a queue that is empty when a story begins.

use crate::*;
use jobs::{
    BatchId, Class, Failure, Fence, FetchVideo, JobId, JobKind, JobState, KeyId, LEASE, LabelPerformance, Limits, MediaSource, Payload,
    PerformanceId, SubmitOptions, WorkerId,
};
use std::time::{Duration, Instant};
use uuid::Uuid;

/// More than any story submits.
pub(super) const MANY: i64 = 100_000;

/// How long an event may stay unseen.
const PATIENCE: Duration = Duration::from_secs(60);

/// A catalog and a worker of this story.
#[derive(Clone, Copy)]
pub(super) struct World<'a> {
    pub catalog: &'a dyn Catalog,
    pub worker: WorkerId,
}

impl<'a> World<'a> {
    /// Ends all that the story before left unfinished.
    pub async fn empty_queue(catalog: &'a dyn Catalog) -> World<'a> {
        let unfinished = JobFilter {
            states: vec![JobState::Available, JobState::Retryable, JobState::Running],
            limit: MANY,
            ..JobFilter::default()
        };
        for job in catalog.list_jobs(&unfinished).await.expect("listed") {
            let held = HeldJob {
                job: job.id,
                fence: Fence(job.fence),
            };
            if job.state == JobState::Running {
                catalog.finish_attempt(held, &Outcome::Cancelled, &cost()).await.expect("ended");
            } else {
                catalog.cancel_job(job.id).await.expect("cancelled");
            }
        }
        World::watching(catalog)
    }

    /// As it is.
    pub fn watching(catalog: &'a dyn Catalog) -> World<'a> {
        World {
            catalog,
            worker: WorkerId::from_uuid(Uuid::now_v7()),
        }
    }

    /// A new API key.
    pub async fn key(&self) -> KeyId {
        let secret_sha256 = random_sha256();
        let key = NewApiKey {
            name: "story".to_owned(),
            secret_sha256,
            scopes: vec!["submit".to_owned()],
            limits: KeyLimits::default(),
        };
        self.catalog.create_key(&key).await.expect("a key").id
    }

    /// Submits videos alone.
    pub async fn submit(&self, key: Option<KeyId>, items: Vec<SubmittedItem>) -> Vec<AcceptedItem> {
        let submission = submission(key, BatchTarget::Alone, items);
        self.catalog.accept(&submission).await.expect("accepted").items
    }

    /// Submits one new video alone.
    pub async fn submit_one(&self) -> AcceptedItem {
        self.submit(None, vec![video(0)]).await[0]
    }

    /// Submits a new batch.
    pub async fn submit_batch(&self, items: Vec<SubmittedItem>) -> (BatchId, Vec<AcceptedItem>) {
        let submission = submission(None, new_batch(), items);
        let accepted = self.catalog.accept(&submission).await.expect("accepted");
        (accepted.batch.expect("a batch"), accepted.items)
    }

    /// Leases the best job of a kind.
    pub async fn lease(&self, kind: JobKind) -> Option<Leased> {
        self.lease_of(&[kind], false).await
    }

    /// Leases the best job of these kinds.
    pub async fn lease_of(&self, kinds: &[JobKind], least_urgent_first: bool) -> Option<Leased> {
        let request = LeaseRequest {
            worker: self.worker,
            device: "cpu",
            kinds,
            lease: LEASE,
            least_urgent_first,
        };
        self.catalog.lease_job(&request).await.expect("asked for a job")
    }

    /// Submits one new video and leases it.
    pub async fn running(&self) -> Leased {
        let submitted = self.submit_one().await;
        let leased = self.lease(JobKind::FetchVideo).await.expect("the job just submitted");
        assert_eq!(leased.held.job, submitted.job, "the queue was not empty");
        leased
    }

    /// Ends an attempt.
    pub async fn finish(&self, leased: &Leased, outcome: Outcome) {
        self.catalog
            .finish_attempt(leased.held, &outcome, &cost())
            .await
            .expect("the attempt ended");
    }

    /// Leases this job, the only one that waits, and ends it so.
    pub async fn work_on(&self, job: JobId, outcome: Outcome) {
        let leased = self.lease(JobKind::FetchVideo).await.expect("a job");
        assert_eq!(leased.held.job, job, "another job waits");
        self.finish(&leased, outcome).await;
    }

    /// The job as it is now.
    pub async fn job(&self, id: JobId) -> Job {
        self.catalog.job(id).await.expect("the job")
    }

    /// Where the job stands.
    pub async fn state(&self, id: JobId) -> JobState {
        self.job(id).await.state
    }

    /// Names of what happened to a job, the first thing first, once there are so many.
    pub async fn told(&self, job: JobId, least: usize) -> Vec<String> {
        let filter = EventFilter {
            job: Some(job),
            batch: None,
        };
        names(&self.events(filter, 0, |events| events.len() >= least).await)
    }

    /// Events after one, once they are enough or a watcher would have lost patience. PostgreSQL shows an event only when every older
    /// transaction ended, and those of the server's other databases count as well.
    pub async fn events(&self, filter: EventFilter, after: i64, enough: impl Fn(&[Event]) -> bool) -> Vec<Event> {
        let began = Instant::now();
        loop {
            let events = self.catalog.events(filter, after, MANY).await.expect("events");
            if enough(&events) || began.elapsed() > PATIENCE {
                return events;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    /// Takes doorbells until there are none and says for which jobs they ring, the oldest job first.
    pub async fn bells(&self) -> Vec<JobId> {
        let mut rung = Vec::new();
        loop {
            let bells = self.catalog.take_bells(1000, LEASE).await.expect("bells");
            if bells.is_empty() {
                rung.sort();
                return rung;
            }
            let seqs: Vec<i64> = bells.iter().map(|bell| bell.seq).collect();
            self.catalog.forget_bells(&seqs).await.expect("forgotten");
            rung.extend(bells.into_iter().map(|bell| bell.job));
        }
    }
}

/// What happened, in words.
pub(super) fn names(events: &[Event]) -> Vec<String> {
    events.iter().map(|event| event.name.clone()).collect()
}

/// A submission without rubbish.
pub(super) fn submission(key: Option<KeyId>, batch: BatchTarget, items: Vec<SubmittedItem>) -> Submission {
    Submission {
        key,
        batch,
        items,
        refused: Vec::new(),
        traceparent: None,
        active_jobs_max: None,
    }
}

/// A batch to be made.
pub(super) fn new_batch() -> BatchTarget {
    BatchTarget::New(NewBatch {
        id: BatchId::from_uuid(Uuid::now_v7()),
        name: Some("a story".to_owned()),
        url: None,
        options: "{}".to_owned(),
    })
}

/// A video nobody submitted before.
pub(super) fn video(position: i64) -> SubmittedItem {
    let canonical = format!("story:{}", Uuid::now_v7());
    let url = format!("https://video.example/{canonical}");
    SubmittedItem {
        position,
        dedupe_key: Some(format!("label {canonical}")),
        canonical,
        url: Some(url.clone()),
        host: Some("video.example".to_owned()),
        title: Some("Prelude".to_owned()),
        licence: None,
        legal_basis: None,
        inputs: vec![],
        payload: Payload::FetchVideo(FetchVideo {
            from: MediaSource::Url(url),
            notes_sha256: None,
            notes_name: None,
            options: SubmitOptions::default(),
            host_turn: false,
        }),
        class: Class::Normal,
    }
}

/// New videos, one a line.
pub(super) fn videos(count: i64) -> Vec<SubmittedItem> {
    (0..count).map(video).collect()
}

/// A video of another urgency.
pub(super) fn video_of(class: Class) -> SubmittedItem {
    SubmittedItem { class, ..video(0) }
}

/// What follows a fetch.
pub(super) fn labelling() -> Payload {
    Payload::LabelPerformance(LabelPerformance {
        media_sha256: hex(random_sha256()),
        origin: None,
        media_name: "video.mp4".to_owned(),
        section_start_secs: 0.0,
        section: None,
        notes_sha256: None,
        notes_name: None,
        options: SubmitOptions::default(),
    })
}

/// The job is done, with these files.
pub(super) fn completed(artifacts: Vec<Artifact>) -> Outcome {
    Outcome::Completed {
        artifacts,
        performance: None,
        follow_on: Vec::new(),
        drop_artifacts: Vec::new(),
    }
}

/// The job is done, and a performance is its result.
pub(super) fn labelled(artifacts: Vec<Artifact>) -> Outcome {
    Outcome::Completed {
        artifacts,
        performance: Some(performance()),
        follow_on: Vec::new(),
        drop_artifacts: Vec::new(),
    }
}

/// A performance to be recorded.
pub(super) fn performance() -> NewPerformance {
    NewPerformance {
        id: PerformanceId::from_uuid(Uuid::now_v7()),
        duration_secs: 61.5,
        notes: 420,
        fingered_notes: 400,
        mean_confidence: 0.75,
        engine_versions: r#"{"labeler":"1"}"#.to_owned(),
        metadata: r#"{"take":"2"}"#.to_owned(),
    }
}

/// It did not work, and the wait before the next try is none at all.
pub(super) fn failed(failure: Failure) -> Outcome {
    Outcome::Failed {
        failure,
        limits: Limits::default(),
        random: 0.0,
    }
}

/// A file nobody else has.
pub(super) fn artifact(name: &str) -> Artifact {
    Artifact {
        name: name.to_owned(),
        sha256: hex(random_sha256()),
        size_bytes: 1234,
        media_type: "application/json".to_owned(),
    }
}

/// What every attempt of the stories costs.
pub(super) fn cost() -> Cost {
    Cost {
        wall_secs: 2.5,
        cpu_secs: 4.0,
        device_secs: 1.0,
        bytes_in: 1000,
        bytes_out: 100,
        peak_memory_bytes: 5000,
    }
}

/// A hash that was not seen before.
pub(super) fn random_sha256() -> [u8; 32] {
    use sha2::Digest;
    sha2::Sha256::digest(Uuid::now_v7().as_bytes()).into()
}

/// As the catalog keeps hashes.
pub(super) fn hex(bytes: [u8; 32]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The code of a refusal.
pub(super) fn conflict<T: std::fmt::Debug>(result: Result<T, CatalogError>) -> &'static str {
    match result {
        Err(CatalogError::Conflict { code, .. }) => code,
        other => panic!("not a conflict: {other:?}"),
    }
}

/// Whether there is no such thing.
pub(super) fn is_missing<T>(result: Result<T, CatalogError>) -> bool {
    matches!(result, Err(CatalogError::NotFound { .. }))
}
