//! Everybody together, and the order in which they take their steps.

use crate::chance::Chance;
use crate::faulty_broker::FaultyBroker;
use crate::faulty_catalog::FaultyCatalog;
use crate::passing_time::PassingTime;
use crate::people::People;
use crate::sim_worker::{self, Report, SimWorker};
use catalog::{Catalog, SqliteCatalog};
use futures::future::join_all;
use jobs::Limits;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use tempfile::TempDir;
use worker::{relay, rescuer, scheduler};

const WORKERS: u64 = 6;
/// Steps with faults.
const STORM: usize = 2000;
/// Steps without, after which everything must have ended. Far more than is needed.
const CALM: usize = 5000;

pub struct World {
    pub seed: u64,
    pub catalog: Arc<SqliteCatalog>,
    pub broker: FaultyBroker,
    pub time: PassingTime,
    pub reports: Mutex<Vec<Report>>,
    calm: Arc<AtomicBool>,
    _folder: TempDir,
}

enum Actor {
    Worker(Box<SimWorker>),
    Relay(FaultyCatalog),
    Rescuer(FaultyCatalog),
    Scheduler(FaultyCatalog),
    People(People),
}

impl Actor {
    async fn step(&mut self, world: &World) {
        // Faults of duties are tried again at their next step, as their loops do.
        match self {
            Actor::Worker(worker) => worker.step(world).await,
            Actor::Relay(catalog) => drop(relay::tick(catalog, &world.broker).await),
            Actor::Rescuer(catalog) => drop(rescuer::tick(catalog, &Limits::default()).await),
            Actor::Scheduler(catalog) => drop(scheduler::tick(catalog).await),
            Actor::People(people) if !world.is_calm() => people.step(world).await,
            Actor::People(_) => {}
        }
    }
}

impl World {
    async fn new(seed: u64) -> World {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("catalog.db");
        World {
            seed,
            catalog: Arc::new(SqliteCatalog::open(Path::new(&file)).await.unwrap()),
            broker: FaultyBroker::new(Chance::of(seed, 1000)),
            time: PassingTime::of(&file),
            reports: Mutex::default(),
            calm: Arc::default(),
            _folder: folder,
        }
    }

    pub fn chance(&self, actor: u64) -> Chance {
        Chance::of(self.seed, actor)
    }

    /// An actor's own way to the catalog.
    pub fn faulty(&self, actor: u64) -> FaultyCatalog {
        FaultyCatalog::new(
            self.catalog.clone() as Arc<dyn Catalog>,
            self.chance(actor + 500),
            Arc::clone(&self.calm),
        )
    }

    pub fn is_calm(&self) -> bool {
        self.calm.load(Ordering::Relaxed)
    }

    fn actors(&self) -> Vec<Actor> {
        let mut actors: Vec<Actor> = (0..WORKERS)
            .map(|number| Actor::Worker(Box::new(sim_worker::worker(self, number))))
            .collect();
        for twice in 0..2 {
            actors.push(Actor::Relay(self.faulty(100 + twice)));
            actors.push(Actor::Rescuer(self.faulty(110 + twice)));
            actors.push(Actor::Scheduler(self.faulty(120 + twice)));
        }
        actors.push(Actor::People(People::new(self.chance(130))));
        actors
    }

    async fn unfinished(&self) -> i64 {
        sqlx::query_scalar(
            "SELECT (SELECT count(*) FROM jobs WHERE finished_ms IS NULL)
                    + (SELECT count(*) FROM batches WHERE finished_ms IS NULL) + (SELECT count(*) FROM outbox)",
        )
        .fetch_one(&self.time.database)
        .await
        .unwrap()
    }
}

/// What a run leaves behind.
pub struct Aftermath {
    pub world: World,
    /// Jobs tried again by people after they had ended.
    pub retried: i64,
}

/// A storm of faults, then calm until everything has ended. With an odd seed one acts at a time, and the same seed does the same
/// again; with an even one up to three do at once, and meet in the middle of each other's steps.
pub async fn run(seed: u64) -> Aftermath {
    let world = World::new(seed).await;
    let mut actors = world.actors();
    let mut order = world.chance(2000);
    for _ in 0..STORM {
        world.time.pass(&mut order).await;
        some_step(&world, &mut actors, &mut order).await;
    }
    world.calm.store(true, Ordering::Relaxed);
    for step in 0.. {
        if world.unfinished().await == 0 {
            break;
        }
        assert!(step < CALM, "{} things never ended", world.unfinished().await);
        world.time.pass_at_length().await;
        some_step(&world, &mut actors, &mut order).await;
    }
    let retried = actors.iter().map(|actor| match actor {
        Actor::People(people) => people.retried,
        _ => 0,
    });
    Aftermath {
        retried: retried.sum(),
        world,
    }
}

/// One of them, or up to three at once, take a step.
async fn some_step(world: &World, actors: &mut [Actor], order: &mut Chance) {
    let mut chosen: Vec<usize> = (0..actors.len()).collect();
    order.shuffle(&mut chosen);
    let at_once = if world.seed % 2 == 1 { 1 } else { 1 + order.below(3) };
    chosen.truncate(at_once);
    let stepping = actors.iter_mut().enumerate().filter(|(number, _)| chosen.contains(number));
    join_all(stepping.map(|(_, actor)| actor.step(world))).await;
}
