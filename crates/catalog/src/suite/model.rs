//! A small model of the jobs in memory, and random steps taken in it and in a catalog: both must agree after each.

use super::world::*;
use crate::*;
use jobs::{BatchId, Failure, Fence, JobId, JobKind, JobState, KeyId, LEASE, Limits, SourceId, WorkerId};
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;
use uuid::Uuid;

/// Few, so that submissions join and take turns.
const VIDEOS: usize = 6;
const WORKERS: usize = 3;

/// Takes this many random steps, drawn from the seed. Nobody else may use the catalog meanwhile.
pub async fn agree_with_model(catalog: &dyn Catalog, seed: u64, steps: usize) {
    eprintln!("model: seed {seed}, {steps} steps");
    let world = World::empty_queue(catalog).await;
    let mut model = Model::new(world, seed).await;
    for _ in 0..steps {
        Box::pin(model.step()).await;
        model.compare().await;
    }
    model.compare_histories().await;
}

/// What is kept of a job.
#[derive(Clone, Debug, PartialEq, Eq)]
struct ModelJob {
    video: usize,
    state: JobState,
    fence: i64,
    failures: i64,
    losses: i64,
    cancel_requested: bool,
}

struct Model<'a> {
    world: World<'a>,
    random: SplitMix,
    key: KeyId,
    batch: BatchId,
    lines: i64,
    videos: Vec<SubmittedItem>,
    sources: BTreeMap<usize, SourceId>,
    taken_down: BTreeSet<usize>,
    workers: Vec<WorkerId>,
    /// Which worker has which job; ids sort by age.
    held_by: BTreeMap<JobId, usize>,
    /// Every lease there ever was: most of them are lost.
    leases: Vec<HeldJob>,
    jobs: BTreeMap<JobId, ModelJob>,
}

impl<'a> Model<'a> {
    async fn new(world: World<'a>, seed: u64) -> Model<'a> {
        let key = world.key().await;
        let empty = submission(Some(key), new_batch(), Vec::new());
        let accepted = world.catalog.accept(&empty).await.expect("accepted");
        Model {
            world,
            random: SplitMix(seed),
            key,
            batch: accepted.batch.expect("a batch"),
            lines: 0,
            videos: videos(VIDEOS.try_into().expect("a small number")),
            sources: BTreeMap::new(),
            taken_down: BTreeSet::new(),
            workers: (0..WORKERS).map(|_| WorkerId::from_uuid(Uuid::now_v7())).collect(),
            held_by: BTreeMap::new(),
            leases: Vec::new(),
            jobs: BTreeMap::new(),
        }
    }

    async fn step(&mut self) {
        match self.random.below(100) {
            0..15 => self.submit().await,
            15..35 => self.lease().await,
            35..45 => self.extend().await,
            45..70 => self.finish().await,
            70..78 => self.release_due().await,
            78..84 => self.lose_worker().await,
            84..90 => self.cancel().await,
            90..96 => self.retry().await,
            96 => self.cancel_batch().await,
            97 | 98 => self.retry_failed().await,
            _ => self.take_down().await,
        }
    }

    async fn submit(&mut self) {
        let video = self.random.below(VIDEOS);
        let item = SubmittedItem {
            position: self.lines,
            ..self.videos[video].clone()
        };
        let submission = submission(Some(self.key), BatchTarget::Existing(self.batch), vec![item]);
        let accepted = self.world.catalog.accept(&submission).await.expect("accepted");
        self.lines += 1;
        if self.taken_down.contains(&video) {
            assert_eq!((accepted.items.len(), accepted.refused.len()), (0, 1), "taken down");
            return;
        }
        let item = accepted.items[0];
        self.sources.insert(video, item.source);
        assert_eq!(
            self.at_work(video),
            item.joined.then_some(item.job),
            "joined what does the same work"
        );
        self.jobs.entry(item.job).or_insert(ModelJob {
            video,
            state: JobState::Available,
            fence: 0,
            failures: 0,
            losses: 0,
            cancel_requested: false,
        });
    }

    /// The job that does a video's work or has done it.
    fn at_work(&self, video: usize) -> Option<JobId> {
        let at_work = |job: &ModelJob| job.video == video && !matches!(job.state, JobState::Cancelled | JobState::Discarded);
        self.jobs.iter().find(|(_, job)| at_work(job)).map(|(id, _)| *id)
    }

    async fn lease(&mut self) {
        let worker = self.random.below(WORKERS);
        let asking = World {
            worker: self.workers[worker],
            ..self.world
        };
        let leased = asking
            .lease_of(&[JobKind::LabelPerformance, JobKind::FetchVideo], self.random.below(2) == 0)
            .await;
        let Some(leased) = leased else {
            assert!(
                self.jobs.values().all(|job| job.state != JobState::Available),
                "a job waits and is not given"
            );
            return;
        };
        let job = self.jobs.get_mut(&leased.held.job).expect("a job of this model");
        assert_eq!(job.state, JobState::Available);
        job.become_next(JobState::Running);
        job.fence += 1;
        assert_eq!(leased.held.fence, Fence(job.fence));
        self.held_by.insert(leased.held.job, worker);
        self.leases.push(leased.held);
    }

    /// A lease, most likely a lost one, and whether it still holds.
    fn any_lease(&mut self) -> Option<(HeldJob, bool)> {
        let index = self
            .leases
            .len()
            .checked_sub(1 + self.random.below(self.leases.len().clamp(1, 6)))?;
        let held = self.leases[index];
        let job = &self.jobs[&held.job];
        Some((held, job.state == JobState::Running && job.fence == held.fence.0))
    }

    async fn extend(&mut self) {
        let Some((held, holds)) = self.any_lease() else { return };
        let renewal = self
            .world
            .catalog
            .extend_lease(held, LEASE, Some(("listen", 0.5)))
            .await
            .expect("an answer");
        let expected = match (holds, self.jobs[&held.job].cancel_requested) {
            (false, _) => Renewal::Lost,
            (true, true) => Renewal::CancelRequested,
            (true, false) => Renewal::Held,
        };
        assert_eq!(renewal, expected);
    }

    async fn finish(&mut self) {
        let Some((held, holds)) = self.any_lease() else { return };
        let (outcome, next) = self.any_outcome(held.job);
        match self.world.catalog.finish_attempt(held, &outcome, &cost()).await {
            Ok(()) => assert!(holds, "finished without a lease"),
            Err(CatalogError::LeaseLost { .. }) => {
                assert!(!holds, "refused with a good lease");
                return;
            }
            Err(error) => panic!("{error:?}"),
        }
        let taken_down = self.taken_down.contains(&self.jobs[&held.job].video);
        let job = self.jobs.get_mut(&held.job).expect("a known job");
        let is_result = matches!(outcome, Outcome::Completed { .. });
        if taken_down || (job.cancel_requested && !is_result) {
            job.become_next(JobState::Cancelled);
        } else {
            let ModelJob {
                state, failures, losses, ..
            } = next;
            job.become_next(state);
            (job.failures, job.losses) = (failures, losses);
        }
        job.cancel_requested = false;
        self.held_by.remove(&held.job);
    }

    /// A way an attempt may end, and what the job is then unless somebody cancelled it.
    fn any_outcome(&mut self, id: JobId) -> (Outcome, ModelJob) {
        let mut job = self.jobs[&id].clone();
        let (outcome, state) = match self.random.below(8) {
            0 | 1 => (labelled(vec![artifact("performance.json")]), JobState::Completed),
            2 => {
                (job.failures, job.losses) = (0, 0);
                let fetched = Outcome::HandedOn {
                    payload: labelling(),
                    artifacts: vec![artifact("video.mp4")],
                    source: SourceFacts::default(),
                };
                (fetched, JobState::Available)
            }
            3 => {
                job.failures += 1;
                let last = job.failures >= i64::from(Limits::default().attempts_max);
                let state = if last { JobState::Discarded } else { JobState::Retryable };
                (failed(Failure::retry("site_slow", "the site took too long")), state)
            }
            4 => (failed(Failure::discard("no_keyboard", "no keyboard is seen")), JobState::Discarded),
            5 => {
                let busy = Failure::snooze(Duration::ZERO, None, "too_many_requests", "the site answered 429");
                (failed(busy), JobState::Retryable)
            }
            6 => (Outcome::Cancelled, JobState::Cancelled),
            _ => (Outcome::Released, JobState::Available),
        };
        job.state = state;
        (outcome, job)
    }

    async fn release_due(&mut self) {
        let released = self.world.catalog.release_due(MANY).await.expect("released");
        let mut expected = 0;
        for job in self.jobs.values_mut().filter(|job| job.state == JobState::Retryable) {
            job.become_next(JobState::Available);
            expected += 1;
        }
        assert_eq!(released, expected);
    }

    async fn lose_worker(&mut self) {
        let worker = self.random.below(WORKERS);
        self.world.catalog.end_leases_of(self.workers[worker]).await.expect("ended");
        self.world
            .catalog
            .rescue_lost(&Limits::default(), MANY, 0.0)
            .await
            .expect("rescued");
        let lost: Vec<JobId> = self.held_by.iter().filter(|(_, by)| **by == worker).map(|(job, _)| *job).collect();
        for id in lost {
            let job = self.jobs.get_mut(&id).expect("a known job");
            if job.cancel_requested || self.taken_down.contains(&job.video) {
                job.become_next(JobState::Cancelled);
            } else {
                job.losses += 1;
                let last = job.losses >= i64::from(Limits::default().lost_max);
                job.become_next(if last { JobState::Discarded } else { JobState::Available });
            }
            job.cancel_requested = false;
            self.held_by.remove(&id);
        }
    }

    fn any_job(&mut self) -> Option<JobId> {
        let index = self.random.below(self.jobs.len().max(1));
        self.jobs.keys().nth(index).copied()
    }

    async fn cancel(&mut self) {
        let Some(id) = self.any_job() else { return };
        let result = self.world.catalog.cancel_job(id).await;
        let job = self.jobs.get_mut(&id).expect("a known job");
        if job.state.is_final() {
            assert_eq!(conflict(result), "job_not_cancellable");
        } else {
            result.expect("cancelled");
            job.cancel();
        }
    }

    async fn cancel_batch(&mut self) {
        let cancelled = self.world.catalog.cancel_batch(self.batch).await.expect("cancelled");
        let mut expected = 0;
        for job in self.jobs.values_mut().filter(|job| !job.state.is_final() && !job.cancel_requested) {
            job.cancel();
            expected += 1;
        }
        assert_eq!(cancelled, expected);
    }

    async fn retry(&mut self) {
        let Some(id) = self.any_job() else { return };
        let result = self.world.catalog.retry_job(id).await;
        let ModelJob { video, state, .. } = self.jobs[&id];
        if self.taken_down.contains(&video) {
            assert_eq!(conflict(result), "source_taken_down");
        } else if self.at_work(video).is_some_and(|other| other != id) {
            assert_eq!(conflict(result), "job_superseded");
        } else if matches!(state, JobState::Cancelled | JobState::Discarded) {
            result.expect("again");
            self.begin_anew(id);
        } else {
            assert_eq!(conflict(result), "job_not_retryable");
        }
    }

    async fn retry_failed(&mut self) {
        let retried = self.world.catalog.retry_failed(self.batch).await.expect("again");
        // Of each video's discarded jobs the newest one.
        let failed: BTreeMap<usize, JobId> = self
            .jobs
            .iter()
            .filter(|(_, job)| job.state == JobState::Discarded)
            .map(|(id, job)| (job.video, *id))
            .collect();
        let mut expected = 0;
        for (video, id) in failed {
            if self.at_work(video).is_none() && !self.taken_down.contains(&video) {
                self.begin_anew(id);
                expected += 1;
            }
        }
        assert_eq!(retried, expected);
    }

    fn begin_anew(&mut self, id: JobId) {
        let job = self.jobs.get_mut(&id).expect("a known job");
        job.become_next(JobState::Available);
        (job.failures, job.losses) = (0, 0);
    }

    async fn take_down(&mut self) {
        let video = self.random.below(VIDEOS);
        let Some(source) = self.sources.get(&video) else { return };
        self.world
            .catalog
            .take_down(*source, "asked by its owner")
            .await
            .expect("taken down");
        self.taken_down.insert(video);
        for job in self.jobs.values_mut().filter(|job| job.video == video && !job.state.is_final()) {
            job.cancel();
        }
    }

    async fn seen(&self) -> Vec<Job> {
        let mine = JobFilter {
            key: Some(self.key),
            limit: MANY,
            ..JobFilter::default()
        };
        self.world.catalog.list_jobs(&mine).await.expect("listed")
    }

    /// Both say the same of every job.
    async fn compare(&self) {
        let seen = self.seen().await;
        assert_eq!(seen.len(), self.jobs.len());
        for job in seen {
            let expected = &self.jobs[&job.id];
            let seen = ModelJob {
                video: expected.video,
                state: job.state,
                fence: job.fence,
                failures: job.failures,
                losses: job.losses,
                cancel_requested: job.cancel_requested,
            };
            assert_eq!(seen, *expected, "{}", job.id);
        }
    }

    /// Every lease is an attempt, a result was committed at most once, and no event tells of an illegal step.
    async fn compare_histories(&self) {
        for job in self.seen().await {
            let attempts = self.world.catalog.attempts(job.id).await.expect("attempts");
            let fences: Vec<i64> = attempts.iter().map(|attempt| attempt.fence).collect();
            assert_eq!(fences, (1..=job.fence).collect::<Vec<_>>());
            let results = attempts
                .iter()
                .filter(|attempt| attempt.outcome.as_deref() == Some("completed"))
                .count();
            assert_eq!(results, usize::from(job.state == JobState::Completed));
            let of_job = EventFilter {
                job: Some(job.id),
                batch: None,
            };
            let told = self.world.events(of_job, 0, |events| state_after(events) == job.state).await;
            assert_eq!(state_after(&told), job.state);
        }
        let counts = self.world.catalog.batch(self.batch).await.expect("the batch").counts;
        assert_eq!(counts.total, self.lines);
    }
}

/// Where the events say that a job stands.
fn state_after(events: &[Event]) -> JobState {
    let states = events
        .iter()
        .filter_map(|event| event.name.strip_prefix("job.")?.parse::<JobState>().ok());
    states.fold(JobState::Available, |state, next| state.then(next).expect("a legal step"))
}

impl ModelJob {
    fn become_next(&mut self, next: JobState) {
        self.state = self.state.then(next).expect("a legal step");
    }

    fn cancel(&mut self) {
        if self.state == JobState::Running {
            self.cancel_requested = true;
        } else {
            self.become_next(JobState::Cancelled);
        }
    }
}

/// SplitMix64 (Steele, Lea, Flood 2014): enough to draw steps, and the same everywhere.
struct SplitMix(u64);

impl SplitMix {
    /// 0 to below `end`.
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^= mixed >> 31;
        usize::try_from(mixed % end as u64).expect("below a usize")
    }
}
