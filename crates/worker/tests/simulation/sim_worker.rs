//! A worker that takes the steps of `worker::slot` one at a time, and dies, freezes and goes on between any two of them.

use crate::chance::Chance;
use crate::faulty_catalog::FaultyCatalog;
use crate::world::World;
use broker::Broker;
use catalog::{Artifact, Catalog, CatalogError, Cost, HeldJob, LeaseRequest, Leased, NewPerformance, Outcome, Renewal, SourceFacts};
use jobs::{Failure, JobKind, LEASE, LabelPerformance, Limits, Payload, PerformanceId, TrainPolicy, WorkerId};
use std::time::Duration;

/// A video whose file's name contains this kills its worker.
pub const POISON: &str = "poison";

pub struct SimWorker {
    id: WorkerId,
    catalog: FaultyCatalog,
    chance: Chance,
    doing: Doing,
    /// Steps it sleeps through, unaware of it.
    frozen: usize,
}

enum Doing {
    Looking,
    Listening,
    Working { job: Leased, steps_left: usize },
    Reporting { held: HeldJob, outcome: Outcome },
}

/// What a worker told the catalog about an attempt, and what it heard.
#[derive(Clone, Copy, Debug)]
pub struct Report {
    pub held: HeldJob,
    pub outcome: &'static str,
    pub answer: Answer,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    Committed,
    Refused,
    Unknown,
}

impl SimWorker {
    pub fn new(catalog: FaultyCatalog, mut chance: Chance) -> SimWorker {
        SimWorker {
            id: WorkerId::at(1, chance.bytes()),
            catalog,
            chance,
            doing: Doing::Looking,
            frozen: 0,
        }
    }

    pub async fn step(&mut self, world: &World) {
        if self.frozen > 0 {
            self.frozen -= 1;
            if self.frozen == 0 {
                self.keep(world, true);
            }
            return;
        }
        if !world.is_calm() && self.chance.happens(0.04) {
            return self.die(world);
        }
        if !world.is_calm() && self.chance.happens(0.05) {
            self.frozen = 1 + self.chance.below(30);
            return self.keep(world, false);
        }
        match std::mem::replace(&mut self.doing, Doing::Looking) {
            Doing::Looking => self.look(world).await,
            Doing::Listening => self.listen(world).await,
            Doing::Working { job, steps_left } => self.work(world, job, steps_left).await,
            Doing::Reporting { held, outcome } => self.report(world, held, outcome).await,
        }
    }

    /// The process is gone; another one begins in its place.
    fn die(&mut self, world: &World) {
        self.keep(world, false);
        self.id = WorkerId::at(1, self.chance.bytes());
        self.doing = Doing::Looking;
    }

    /// From now on its lease is (not) extended in time.
    fn keep(&self, world: &World, keep: bool) {
        let held = match &self.doing {
            Doing::Working { job, .. } => job.held,
            Doing::Reporting { held, .. } => *held,
            Doing::Looking | Doing::Listening => return,
        };
        let mut kept = world.time.kept.lock().unwrap();
        if keep {
            kept.insert(held);
        } else {
            kept.remove(&held);
        }
    }

    async fn look(&mut self, world: &World) {
        let request = LeaseRequest {
            worker: self.id,
            device: "cpu",
            kinds: &JobKind::ALL,
            lease: LEASE,
            least_urgent_first: self.chance.happens(0.125),
        };
        self.doing = match self.catalog.lease_job(&request).await {
            Ok(Some(job)) => Doing::Working {
                job,
                steps_left: self.chance.below(4),
            },
            Ok(None) => Doing::Listening,
            Err(_) => Doing::Looking,
        };
        self.keep(world, true);
    }

    async fn listen(&mut self, world: &World) {
        let mut receiver = world.broker.receiver(&worker::every_queue()).await.unwrap();
        self.doing = match receiver.take_one(Duration::ZERO).await {
            // It dies before it answers; the message comes again.
            Some(_) if self.chance.happens(0.05) => Doing::Looking,
            Some(delivery) => {
                match messages::JobReady::decode(delivery.body()) {
                    Ok(_) => delivery.ack().await,
                    Err(_) => delivery.reject_undecodable().await,
                }
                Doing::Looking
            }
            // It looks by itself now and then.
            None if self.chance.happens(0.2) => Doing::Looking,
            None => Doing::Listening,
        };
    }

    async fn work(&mut self, world: &World, job: Leased, steps_left: usize) {
        let held = job.held;
        if is_poison(&job.payload) {
            self.doing = Doing::Working { job, steps_left };
            return self.die(world);
        }
        // A zombie does not look.
        let looks = self.chance.happens(0.5);
        let progress = Some(("stage", 0.1 * steps_left as f64));
        let renewal = match looks {
            true => self.catalog.extend_lease(held, LEASE, progress).await.unwrap_or(Renewal::Held),
            false => Renewal::Held,
        };
        self.doing = match renewal {
            Renewal::Lost => {
                world.time.kept.lock().unwrap().remove(&held);
                Doing::Looking
            }
            Renewal::CancelRequested => Doing::Reporting {
                held,
                outcome: Outcome::Cancelled,
            },
            Renewal::Held if steps_left > 0 => Doing::Working {
                job,
                steps_left: steps_left - 1,
            },
            Renewal::Held => Doing::Reporting {
                held,
                outcome: self.outcome(&job),
            },
        };
    }

    async fn report(&mut self, world: &World, held: HeldJob, outcome: Outcome) {
        let cost = Cost {
            bytes_in: 1,
            ..Cost::default()
        };
        let result = self.catalog.finish_attempt(held, &outcome, &cost).await;
        let answer = match &result {
            Ok(()) => Answer::Committed,
            Err(CatalogError::LeaseLost { .. }) => Answer::Refused,
            Err(CatalogError::Unavailable { .. }) => Answer::Unknown,
            Err(error) => panic!("finishing {held:?} with {outcome:?}: {error:?}"),
        };
        world.reports.lock().unwrap().push(Report {
            held,
            outcome: name(&outcome),
            answer,
        });
        if answer == Answer::Unknown && self.chance.happens(0.9) {
            self.doing = Doing::Reporting { held, outcome };
        } else {
            world.time.kept.lock().unwrap().remove(&held);
        }
    }

    fn outcome(&mut self, job: &Leased) -> Outcome {
        match self.chance.unit() {
            fate if fate < 0.06 => self.failed(Failure::retry("network_failed", "the simulation says so")),
            fate if fate < 0.09 => self.failed(Failure::discard("no_keyboard", "the simulation says so")),
            fate if fate < 0.12 => {
                let host = Some("video.example".to_owned());
                self.failed(Failure::snooze(
                    Duration::from_secs(900),
                    host,
                    "host_throttles",
                    "the simulation says so",
                ))
            }
            fate if fate < 0.15 => Outcome::Postponed {
                wait: Duration::from_secs(60),
                payload: job.payload.clone(),
            },
            fate if fate < 0.18 => Outcome::Released,
            _ => self.success(job),
        }
    }

    fn failed(&mut self, failure: Failure) -> Outcome {
        Outcome::Failed {
            failure,
            limits: Limits::default(),
            random: self.chance.unit(),
        }
    }

    fn success(&mut self, job: &Leased) -> Outcome {
        match &job.payload {
            Payload::FetchVideo(fetch) => Outcome::HandedOn {
                payload: Payload::LabelPerformance(LabelPerformance {
                    media_sha256: content(job.held),
                    origin: None,
                    media_name: "video.mp4".to_owned(),
                    section_start_secs: 0.0,
                    section: None,
                    notes_sha256: None,
                    notes_name: None,
                    options: fetch.options.clone(),
                }),
                artifacts: vec![artifact("video.mp4", job.held)],
                source: SourceFacts::default(),
            },
            Payload::LabelPerformance(label) => {
                let performance = PerformanceId::at(1, self.chance.bytes());
                Outcome::Completed {
                    artifacts: vec![artifact("performance.json", job.held)],
                    performance: Some(made(performance)),
                    follow_on: label
                        .options
                        .train
                        .then_some(Payload::TrainPolicy(TrainPolicy { performance }))
                        .into_iter()
                        .collect(),
                    drop_artifacts: vec!["video.mp4".to_owned()],
                }
            }
            _ => Outcome::Completed {
                artifacts: vec![artifact("result.bin", job.held)],
                performance: None,
                follow_on: vec![],
                drop_artifacts: vec![],
            },
        }
    }
}

/// The content an attempt makes: no two attempts make the same.
pub fn content(held: HeldJob) -> String {
    format!("{:032x}{:032x}", held.job.uuid().as_u128(), held.fence.0)
}

fn artifact(name: &str, held: HeldJob) -> Artifact {
    Artifact {
        name: name.to_owned(),
        sha256: content(held),
        size_bytes: 1,
        media_type: "application/octet-stream".to_owned(),
    }
}

fn made(id: PerformanceId) -> NewPerformance {
    NewPerformance {
        id,
        duration_secs: 1.0,
        notes: 2,
        fingered_notes: 1,
        mean_confidence: 0.5,
        engine_versions: "{}".to_owned(),
        metadata: "{}".to_owned(),
    }
}

fn is_poison(payload: &Payload) -> bool {
    match payload {
        Payload::FetchVideo(fetch) => fetch.notes_name.as_deref() == Some(POISON),
        _ => false,
    }
}

fn name(outcome: &Outcome) -> &'static str {
    match outcome {
        Outcome::Completed { .. } => "completed",
        Outcome::HandedOn { .. } => "handed_on",
        Outcome::Failed { failure, .. } if failure.code == "host_throttles" => "snoozed",
        Outcome::Failed { .. } => "failed",
        Outcome::Postponed { .. } => "snoozed",
        Outcome::Cancelled => "cancelled",
        Outcome::Released => "released",
    }
}

/// A worker that has its own way to the catalog.
pub fn worker(world: &World, number: u64) -> SimWorker {
    let chance = world.chance(number);
    SimWorker::new(world.faulty(number), chance)
}
