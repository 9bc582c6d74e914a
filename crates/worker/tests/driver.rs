//! Stories of one worker over a real SQLite catalog: how attempts end, and what never happens twice.

use async_trait::async_trait;
use broker::InProcessBroker;
use catalog::{BatchTarget, Catalog, Cost, Job, LeaseRequest, Leased, Outcome, SqliteCatalog, Submission, SubmittedItem, Worker};
use jobs::{Class, Failure, JobId, JobKind, JobState, LEASE, Limits, Payload, WorkerId};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use tempfile::TempDir;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use worker::{Driver, DriverSettings, Handler, Interrupted, JobContext, StopReason, rescuer, scheduler};

/// How long a story waits for what must happen. Generous: the machine may be busy.
const PATIENCE: Duration = Duration::from_secs(60);

type Work = fn(&Leased, JobContext, usize) -> futures::future::BoxFuture<'static, Result<Outcome, Interrupted>>;

/// A handler made of a function; it is told how many attempts there were before.
struct Does(Work, AtomicUsize);

#[async_trait]
impl Handler for Does {
    async fn run(&self, job: &Leased, context: &JobContext) -> Result<Outcome, Interrupted> {
        let attempt = self.1.fetch_add(1, Ordering::SeqCst);
        (self.0)(job, context.clone(), attempt).await
    }
}

struct Story {
    catalog: Arc<SqliteCatalog>,
    file: std::path::PathBuf,
    _folder: TempDir,
}

struct Running {
    task: JoinHandle<std::io::Result<()>>,
    stop: watch::Sender<bool>,
    worker: Worker,
}

impl Running {
    async fn stop(self) {
        self.stop.send_replace(true);
        tokio::time::timeout(PATIENCE, self.task).await.unwrap().unwrap().unwrap();
    }
}

impl Story {
    async fn begin() -> Story {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("catalog.db");
        Story {
            catalog: Arc::new(SqliteCatalog::open(&file).await.unwrap()),
            file,
            _folder: folder,
        }
    }

    async fn submit(&self) -> JobId {
        let item = SubmittedItem {
            position: 0,
            canonical: format!("url:https://example.org/{}", uuid::Uuid::now_v7()),
            url: None,
            host: None,
            title: None,
            licence: None,
            legal_basis: None,
            inputs: vec![],
            dedupe_key: None,
            payload: Payload::BuildDataset { dataset: "any".to_owned() },
            class: Class::Normal,
        };
        let submission = Submission {
            key: None,
            batch: BatchTarget::Alone,
            items: vec![item],
            refused: vec![],
            traceparent: None,
            active_jobs_max: None,
        };
        self.catalog.accept(&submission).await.unwrap().items[0].job
    }

    fn work(&self, work: Work) -> Running {
        let worker = Worker {
            id: WorkerId::from_uuid(uuid::Uuid::now_v7()),
            name: "story".to_owned(),
            kinds: vec![JobKind::BuildDataset],
            device: "cpu".to_owned(),
            version: "1".to_owned(),
        };
        let file = self.file.clone();
        let driver = Driver {
            catalog: self.catalog.clone(),
            connect: Arc::new(move || Ok(Arc::new(SqliteCatalog::connect(Path::new(&file))))),
            broker: Arc::new(InProcessBroker::default()),
            handler: Arc::new(Does(work, AtomicUsize::new(0))),
            worker: worker.clone(),
            settings: DriverSettings {
                look_every: Duration::from_millis(50),
                drain_patience: Duration::from_millis(200),
                ..DriverSettings::default()
            },
        };
        let (stop, shutdown) = watch::channel(false);
        Running {
            task: tokio::spawn(driver.run(shutdown)),
            stop,
            worker,
        }
    }

    /// Waits until the job is as wanted.
    async fn until(&self, id: JobId, what: &str, wanted: impl Fn(&Job) -> bool) -> Job {
        let end = tokio::time::Instant::now() + PATIENCE;
        loop {
            let job = self.catalog.job(id).await.unwrap();
            if wanted(&job) {
                return job;
            }
            assert!(tokio::time::Instant::now() < end, "{what} did not happen; the job is {job:?}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    async fn outcomes(&self, id: JobId) -> Vec<String> {
        let attempts = self.catalog.attempts(id).await.unwrap();
        attempts.into_iter().filter_map(|attempt| attempt.outcome).collect()
    }
}

fn done() -> Outcome {
    Outcome::Completed {
        artifacts: vec![],
        performance: None,
        follow_on: vec![],
        drop_artifacts: vec![],
    }
}

#[tokio::test]
async fn a_job_is_done_once() {
    let story = Story::begin().await;
    let job = story.submit().await;
    let running = story.work(|_, context, _| {
        Box::pin(async move {
            context.spent(Cost {
                bytes_in: 7,
                ..Cost::default()
            });
            Ok(done())
        })
    });
    story.until(job, "completion", |job| job.state == JobState::Completed).await;
    running.stop().await;
    assert_eq!(story.outcomes(job).await, ["completed"]);
    assert_eq!(story.catalog.attempts(job).await.unwrap()[0].cost.bytes_in, 7);
}

#[tokio::test]
async fn a_failed_job_is_tried_again_and_a_hopeless_one_is_not() {
    let story = Story::begin().await;
    let job = story.submit().await;
    let running = story.work(|_, _, attempt| {
        Box::pin(async move {
            match attempt {
                0 => Err(Failure::retry("network_failed", "the first time").into()),
                _ => Err(Failure::discard("video_gone", "for good").into()),
            }
        })
    });
    let waiting = story.until(job, "a retry", |job| job.state == JobState::Retryable).await;
    assert_eq!(waiting.failure_code.as_deref(), Some("network_failed"));
    let end = tokio::time::Instant::now() + PATIENCE;
    while story.catalog.job(job).await.unwrap().state != JobState::Discarded {
        scheduler::tick(&*story.catalog).await.unwrap();
        assert!(tokio::time::Instant::now() < end, "it is not tried again");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    running.stop().await;
    assert_eq!(story.outcomes(job).await, ["failed", "failed"]);
    assert_eq!(story.catalog.job(job).await.unwrap().failure_code.as_deref(), Some("video_gone"));
}

#[tokio::test]
async fn a_panic_ends_an_attempt_and_nothing_else() {
    let story = Story::begin().await;
    let (first, second) = (story.submit().await, story.submit().await);
    let running = story.work(|_, _, attempt| {
        Box::pin(async move {
            assert!(attempt > 0, "a bug");
            Ok(done())
        })
    });
    let failed = story.until(first, "a failure", |job| job.failures == 1).await;
    assert_eq!(failed.failure_code.as_deref(), Some("worker_panicked"));
    story.until(second, "completion", |job| job.state == JobState::Completed).await;
    running.stop().await;
}

#[tokio::test]
async fn a_running_job_hears_that_it_is_cancelled() {
    let story = Story::begin().await;
    let job = story.submit().await;
    let running = story.work(|_, context, _| {
        Box::pin(async move {
            context.stopped().await;
            assert_eq!(context.stop_reason(), Some(StopReason::Cancelled));
            Err(Interrupted::Stopped)
        })
    });
    story.until(job, "a lease", |job| job.state == JobState::Running).await;
    let asked = tokio::time::Instant::now();
    story.catalog.cancel_job(job).await.unwrap();
    story.until(job, "cancellation", |job| job.state == JobState::Cancelled).await;
    assert!(asked.elapsed() < Duration::from_secs(10), "heard after {:?}", asked.elapsed());
    running.stop().await;
    assert_eq!(story.outcomes(job).await, ["cancelled"]);
}

#[tokio::test]
async fn a_worker_that_stops_gives_its_job_back_at_no_cost() {
    let story = Story::begin().await;
    let job = story.submit().await;
    let running = story.work(|_, context, _| {
        Box::pin(async move {
            context.stopped().await;
            Err(Interrupted::Stopped)
        })
    });
    story.until(job, "a lease", |job| job.state == JobState::Running).await;
    running.stop().await;
    let back = story.catalog.job(job).await.unwrap();
    assert_eq!((back.state, back.failures, back.losses), (JobState::Available, 0, 0));
    assert_eq!(story.outcomes(job).await, ["released"]);
}

#[tokio::test]
async fn a_handler_that_does_not_stop_is_abandoned_and_its_job_given_back_at_no_cost() {
    let story = Story::begin().await;
    let job = story.submit().await;
    let running = story.work(|_, _, _| Box::pin(std::future::pending()));
    story.until(job, "a lease", |job| job.state == JobState::Running).await;
    running.stop().await;
    let back = story.catalog.job(job).await.unwrap();
    assert_eq!((back.state, back.failures, back.losses), (JobState::Available, 0, 0));
    assert_eq!(story.outcomes(job).await, ["released"]);
}

#[tokio::test]
async fn what_a_worker_does_after_losing_its_lease_does_not_count() {
    let story = Story::begin().await;
    let job = story.submit().await;
    let frozen = story.work(|_, context, _| {
        Box::pin(async move {
            // It does not look whether it should stop, like a process that was frozen; then it goes on.
            context.stopped().await;
            Ok(done())
        })
    });
    story.until(job, "a lease", |job| job.state == JobState::Running).await;
    story.catalog.end_leases_of(frozen.worker.id).await.unwrap();
    let rescued = rescuer::tick(&*story.catalog, &Limits::default()).await.unwrap();
    assert_eq!((rescued.retried, rescued.discarded), (1, 0));
    let request = LeaseRequest {
        worker: WorkerId::from_uuid(uuid::Uuid::now_v7()),
        device: "cpu",
        kinds: &[JobKind::BuildDataset],
        lease: LEASE,
        least_urgent_first: false,
    };
    let second = story.catalog.lease_job(&request).await.unwrap().unwrap();
    frozen.stop().await;
    let held = story.catalog.job(job).await.unwrap();
    assert_eq!((held.state, held.fence), (JobState::Running, second.held.fence.0));
    story.catalog.finish_attempt(second.held, &done(), &Cost::default()).await.unwrap();
    assert_eq!(story.outcomes(job).await, ["lost", "completed"]);
}

#[tokio::test]
async fn a_job_that_kills_its_workers_is_discarded() {
    let story = Story::begin().await;
    let job = story.submit().await;
    let limits = Limits::default();
    for loss in 1..=limits.lost_max {
        let worker = WorkerId::from_uuid(uuid::Uuid::now_v7());
        let request = LeaseRequest {
            worker,
            device: "cpu",
            kinds: &[JobKind::BuildDataset],
            lease: LEASE,
            least_urgent_first: false,
        };
        let end = tokio::time::Instant::now() + PATIENCE;
        while story.catalog.lease_job(&request).await.unwrap().is_none() {
            scheduler::tick(&*story.catalog).await.unwrap();
            assert!(tokio::time::Instant::now() < end, "it is not tried a {loss}. time");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        story.catalog.end_leases_of(worker).await.unwrap();
        rescuer::tick(&*story.catalog, &limits).await.unwrap();
    }
    let job = story.catalog.job(job).await.unwrap();
    assert_eq!((job.state, job.losses), (JobState::Discarded, 3));
    assert_eq!(job.failure_code.as_deref(), Some("worker_lost"));
}
