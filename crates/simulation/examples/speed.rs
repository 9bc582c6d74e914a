//! Control steps a second: `speed [STEPS]` plays waves in the exact model, in the planning model, and in the exact model with
//! two environments on one and on two threads.

#[expect(dead_code, reason = "each program uses a part of what is shared")]
#[path = "../tests/common/mod.rs"]
mod common;

use simulation::environment::{Environment, TaskSettings};
use simulation::model::Model;
use simulation::scene::{Fidelity, SceneSettings};
use simulation::score::{FrameSettings, Score};
use simulation::vectorised::{Batch, VectorEnvironment};
use std::num::NonZeroUsize;
use std::sync::Arc;
use std::time::Instant;

fn main() {
    let steps: usize = std::env::args()
        .nth(1)
        .map_or(1000, |steps| steps.parse().expect("a number of steps"));
    let exact = common::model(&SceneSettings::default());
    let planning = common::model(&SceneSettings {
        fidelity: Fidelity::planning_for(&score(), 2),
        ..SceneSettings::default()
    });
    report("exact", 1, steps, &exact);
    report("planning", 1, steps, &planning);
    report("exact, 2 environments on 1 thread", 1, steps, &exact);
    report("exact, 2 environments on 2 threads", 2, steps, &exact);
}

fn score() -> Score {
    Score::new(&common::notes(1, 150), &[], &FrameSettings::default()).unwrap()
}

fn report(name: &str, threads: usize, steps: usize, model: &Model) {
    let count = if name.contains("2 environments") { 2 } else { 1 };
    let score = Arc::new(score());
    let environments = (0..count)
        .map(|_| Environment::new(model, Arc::clone(&score), TaskSettings::default()))
        .collect();
    let mut vector = VectorEnvironment::new(environments, NonZeroUsize::new(threads).unwrap());
    let mut batch = Batch::default();
    vector.reset(&mut batch);
    let (start, cpu_start_secs) = (Instant::now(), cpu_secs());
    for step in 0..steps {
        let actions: Vec<f32> = (0..count * model.action_len())
            .map(|column| common::waves(step, column % model.action_len()))
            .collect();
        vector.step(&actions, &mut batch).unwrap();
    }
    let steps = (steps * count) as f64;
    let (wall, cpu) = (steps / start.elapsed().as_secs_f64(), steps / (cpu_secs() - cpu_start_secs));
    println!("{name:36} {wall:7.1} control steps/s, {cpu:7.1} a CPU second");
}

/// CPU time of this process, all threads.
fn cpu_secs() -> f64 {
    let now = rustix::time::clock_gettime(rustix::time::ClockId::ProcessCPUTime);
    now.tv_sec as f64 + now.tv_nsec as f64 * 1e-9
}
