//! DroQ from nothing on RoboPianist's Twinkle, the settings of robopianist-rl: `twinkle STEPS SEED THREADS FOLDER [SONG]`. Every 10,000
//! steps it plays once without noise, prints the scores, and writes a checkpoint to FOLDER, from which it goes on if started again.

use bootstrap::models::ModelStore;
use learning::checkpoint::Checkpoint;
use learning::droq::{DroqRun, DroqSettings};
use learning::environment::{Ending, Environments, Outcome};
use learning::inputs::{InputBatch, InputLayout};
use learning::replay::ReplayShape;
use learning::threads::Threads;
use simulation::environment::{ActionError, Environment, EpisodeStatus, TaskSettings};
use simulation::model::Model;
use simulation::mujoco::Mujoco;
use simulation::observation::{ObservationLayout, ObservationSettings};
use simulation::scene::{HandAssets, MESH_FILES, SceneSettings};
use simulation::score::{FrameSettings, Score};
use std::fs::{self, File};
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;
use training::rollout::perform;
use training::songs::Song;

type Failure = Box<dyn std::error::Error>;

/// As robopianist-rl's train.py.
const EVALUATION_STEPS: u64 = 10_000;

/// One environment, as learning sees it.
struct One(Environment);

impl Environments for One {
    type Error = ActionError;

    fn count(&self) -> usize {
        1
    }

    fn reset(&mut self, _: usize, _: u64, observation: &mut [f32]) -> Result<(), ActionError> {
        self.0.reset();
        self.0.observe(observation);
        Ok(())
    }

    fn step(&mut self, actions: &[f32], observations: &mut [f32], outcomes: &mut [Outcome]) -> Result<(), ActionError> {
        let step = self.0.step(actions)?;
        self.0.observe(observations);
        outcomes[0] = Outcome {
            reward: step.reward.total() as f32,
            ending: match step.status {
                EpisodeStatus::Running => Ending::Running,
                EpisodeStatus::Finished => Ending::Cut,
                EpisodeStatus::WrongKey => Ending::Over,
                EpisodeStatus::Diverged => Ending::Broken,
            },
        };
        Ok(())
    }
}

fn main() -> Result<(), Failure> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [steps, seed, threads, folder, rest @ ..] = arguments.as_slice() else {
        return Err("usage: twinkle STEPS SEED THREADS FOLDER [SONG]".into());
    };
    let (steps, threads, folder) = (steps.parse::<u64>()?, Threads::new(threads.parse()?)?, Path::new(folder));
    let song = rest.first().map_or("TwinkleTwinkleRousseau", String::as_str);
    let (mut played, mut evaluated) = (environment(song)?, environment(song)?);
    let layout = played.0.layout().clone();
    let shape = ReplayShape {
        observation: input_layout(&layout)?,
        action_len: played.0.model().action_len(),
        keeps_next: true,
        capacity: 1_000_000,
        slack: EVALUATION_STEPS,
    };
    fs::create_dir_all(folder)?;
    let (checkpoint_file, replay_file) = (folder.join("checkpoint.safetensors"), folder.join("replay.bin"));
    let storage = File::options()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .open(replay_file)?;
    let mut run = if checkpoint_file.is_file() {
        let checkpoint = Checkpoint::from_bytes(&fs::read(&checkpoint_file)?)?;
        DroqRun::resume(&checkpoint, storage, &mut played)?
    } else {
        DroqRun::begin(DroqSettings::default(), shape, storage, &mut played, seed.parse()?)?
    };
    println!("{} numbers observed, {} in an action", layout.len(), run.shape().action_len);
    println!("steps,wall_secs,f1,precision,recall,return,critic_loss,value,entropy,temperature");
    let start = Instant::now();
    while run.steps() < steps {
        let report = run.advance(&mut played, &threads)?;
        if run.steps() % EVALUATION_STEPS == 0 {
            let shape = run.shape().clone();
            let mut seen = InputBatch::new(&shape.observation, 0);
            let mut likeliest = Vec::new();
            let mut act = |environment: &Environment, action: &mut [f32]| {
                let mut observation = vec![0.0; shape.observation.len()];
                environment.observe(&mut observation);
                seen.clear();
                let sees = seen.push(&shape.observation, &observation).is_ok();
                run.droq().likeliest_actions(&seen, &mut likeliest);
                action.copy_from_slice(&likeliest);
                sees
            };
            let rollout = perform(&mut evaluated.0, &mut act)?;
            let scores = rollout.played.key_scores(evaluated.0.score());
            let total: f64 = rollout.rewards.iter().map(|reward| reward.total()).sum();
            let losses = report.losses.unwrap_or_default();
            println!(
                "{},{:.0},{:.4},{:.4},{:.4},{total:.2},{:.4},{:.3},{:.2},{:.5}",
                run.steps(),
                start.elapsed().as_secs_f64(),
                scores.f1,
                scores.precision,
                scores.recall,
                losses.critic,
                losses.value,
                losses.entropy,
                losses.temperature
            );
            let partial = folder.join("checkpoint.partial");
            fs::write(&partial, run.checkpoint().to_bytes()?)?;
            fs::rename(partial, &checkpoint_file)?;
        }
    }
    Ok(())
}

fn environment(song: &str) -> Result<One, Failure> {
    let store = ModelStore::open()?;
    let bytes = |name: &str| -> Result<Vec<u8>, Failure> { Ok(fs::read(store.file("robopianist", name)?)?) };
    let text = |name: &str| -> Result<String, Failure> { Ok(String::from_utf8(bytes(name)?)?) };
    let mujoco = Mujoco::load(&store.file("mujoco", "libmujoco.so")?)?;
    let meshes = MESH_FILES.iter().map(|name| Ok((name.to_string(), bytes(name)?)));
    let assets = HandAssets {
        left_hand_xml: text("left_hand.xml")?,
        right_hand_xml: text("right_hand.xml")?,
        meshes: meshes.collect::<Result<_, Failure>>()?,
    };
    let model = Model::build(mujoco, &assets, &SceneSettings::default())?;
    let song = Song::named(song).ok_or("no such song")?;
    let (notes, pedal) = song.read(&bytes(song.file)?)?;
    let score = Score::new(&notes, &pedal, &FrameSettings::default())?;
    let settings = TaskSettings {
        observation: ObservationSettings {
            previous_action_and_reward: true,
            ..ObservationSettings::default()
        },
        ..TaskSettings::default()
    };
    Ok(One(Environment::new(&model, Arc::new(score), settings)))
}

/// Fingers and goal stand side by side, and are bits.
fn input_layout(layout: &ObservationLayout) -> Result<InputLayout, Failure> {
    let first = if layout.fingering.is_empty() {
        layout.goal.start
    } else {
        layout.fingering.start
    };
    Ok(InputLayout::new(layout.len(), first..layout.goal.end)?)
}
