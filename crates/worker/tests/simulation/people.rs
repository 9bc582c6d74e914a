//! People, who submit, cancel, try again and take down while everything else goes on.

use crate::chance::Chance;
use crate::sim_worker::POISON;
use crate::world::World;
use catalog::{BatchTarget, Catalog as _, CatalogError, NewBatch, RefusedItem, Submission, SubmittedItem};
use jobs::{BatchId, Class, FetchVideo, JobId, MediaSource, Payload, SubmitOptions};

/// Videos submitted at most, about.
const VIDEOS: usize = 250;

pub struct People {
    chance: Chance,
    submitted: usize,
    jobs: Vec<JobId>,
    batches: Vec<BatchId>,
    /// Ended jobs that somebody wanted to be tried again.
    pub retried: i64,
}

impl People {
    pub fn new(chance: Chance) -> People {
        People {
            chance,
            submitted: 0,
            jobs: vec![],
            batches: vec![],
            retried: 0,
        }
    }

    /// Poisonous videos' jobs, for the checker.
    pub fn is_poison(number: usize) -> bool {
        number % 29 == 7
    }

    pub async fn step(&mut self, world: &World) {
        match self.chance.below(12) {
            0 | 1 => self.submit(world).await,
            2 | 3 => {
                if let Some(job) = self.some_job(world).await {
                    refused_or(world.catalog.cancel_job(job).await);
                }
            }
            4 | 5 => {
                if let Some(job) = self.some_job(world).await {
                    self.retried += refused_or(world.catalog.retry_job(job).await).map_or(0, |_| 1);
                }
            }
            6 => {
                if let Some(batch) = self.chance.one_of(&self.batches) {
                    self.retried += world.catalog.retry_failed(batch).await.unwrap();
                }
            }
            7 if self.chance.happens(0.15) => {
                if let Some(batch) = self.chance.one_of(&self.batches) {
                    world.catalog.cancel_batch(batch).await.unwrap();
                }
            }
            8 => {
                if let Some(job) = self.some_job(world).await {
                    let source = world.catalog.job(job).await.unwrap().source.unwrap();
                    world.catalog.take_down(source, "the simulation says so").await.unwrap();
                }
            }
            9 => world.broker.wipe(),
            _ => {}
        }
    }

    /// Any job, or one that is being worked on.
    async fn some_job(&mut self, world: &World) -> Option<JobId> {
        if self.chance.happens(0.4) {
            return self.chance.one_of(&self.jobs);
        }
        let running = world.time.running().await;
        self.chance.one_of(&running).map(|held| held.job)
    }

    async fn submit(&mut self, world: &World) {
        if self.submitted >= VIDEOS {
            return;
        }
        let count = 1 + self.chance.below(12);
        let items = (0..count).map(|position| self.item(position)).collect();
        let batch = match self.chance.happens(0.6) {
            true => BatchTarget::New(NewBatch {
                id: BatchId::at(1, self.chance.bytes()),
                name: None,
                url: None,
                options: "{}".to_owned(),
            }),
            false => BatchTarget::Alone,
        };
        let refused = match batch {
            BatchTarget::New(_) => vec![RefusedItem {
                position: count as i64,
                code: "not_a_video".to_owned(),
                message: "the simulation says so".to_owned(),
            }],
            _ => vec![],
        };
        let submission = Submission {
            key: None,
            batch,
            items,
            refused,
            traceparent: None,
            active_jobs_max: None,
        };
        let accepted = world.catalog.accept(&submission).await.unwrap();
        self.jobs.extend(accepted.items.iter().map(|item| item.job));
        self.batches.extend(accepted.batch);
    }

    /// A new video, or one that was submitted before.
    fn item(&mut self, position: usize) -> SubmittedItem {
        let number = match self.submitted > 0 && self.chance.happens(0.15) {
            true => self.chance.below(self.submitted),
            false => self.submitted,
        };
        self.submitted = self.submitted.max(number + 1);
        let url = format!("https://video.example/{number}");
        SubmittedItem {
            position: position as i64,
            canonical: format!("url:{url}"),
            url: Some(url.clone()),
            host: Some("video.example".to_owned()),
            title: None,
            licence: None,
            legal_basis: None,
            dedupe_key: Some(format!("label:{number}")),
            payload: Payload::FetchVideo(FetchVideo {
                from: MediaSource::Url(url),
                notes_sha256: None,
                notes_name: People::is_poison(number).then(|| POISON.to_owned()),
                options: SubmitOptions {
                    train: number % 3 == 0,
                    ..SubmitOptions::default()
                },
                host_turn: false,
            }),
            class: Class::ALL[number % 3],
            inputs: vec![],
        }
    }
}

/// What was asked may not fit the state; nothing else may go wrong.
fn refused_or<T>(result: Result<T, CatalogError>) -> Option<T> {
    match result {
        Ok(done) => Some(done),
        Err(CatalogError::Conflict { .. }) => None,
        Err(error) => panic!("{error:?}"),
    }
}
