//! From a piece to hands that play it, in a folder.

use crate::error::TrainError;
use crate::fingers::{FingerSources, FingeredPiece, finger_to_play};
use crate::hands::Hands;
use crate::person;
use crate::piece::Piece;
use crate::recording::Playable;
use crate::result::{self, Performed};
use artifacts::write_whole;
use bootstrap::clock::process_cpu_secs;
use planning::PlanError;
use planning::models::Models;
use planning::planner;
use planning::playback::{Plan, play_prior};
use planning::prior::Prior;
use planning::settings::{PlannerSettings, PriorSettings};
use serde::{Deserialize, Serialize};
use simulation::environment::{Environment, TaskSettings};
use simulation::observation::ObservationSettings;
use simulation::scene::SceneSettings;
use simulation::score::FrameSettings;
use simulation::trajectory::Trajectory;
use std::num::NonZeroUsize;
use std::path::Path;
use std::sync::Arc;
use training::metrics::{Actor, Metrics, measure};
use training::replay::Replay;
use training::rollout::{self, Recorded, Rollout};

/// How it came about.
pub const TRAINING_FILE: &str = "training.json";

/// How hands learn a piece.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Method {
    /// Poses from geometry, and a controller that follows them. Seconds.
    Prior,
    /// A sampling planner around the prior, which works where the prior fails. Minutes to hours.
    Plan,
}

/// What is asked for.
#[derive(Clone, Debug, PartialEq)]
pub struct TrainRequest {
    /// How.
    pub method: Method,
    /// How the score is cut into frames.
    pub frames: FrameSettings,
    /// The scene.
    pub scene: SceneSettings,
    /// Whether fingers without a task go where those of the video's person did, where there is a video.
    pub follow_person: bool,
    /// Control steps that a planner may simulate; without a limit it stops when it is content.
    pub control_steps_max: Option<u64>,
    /// Whatever is drawn by chance is drawn from here.
    pub seed: u64,
    /// Threads that compute.
    pub threads: NonZeroUsize,
}

/// What a training tells while it runs.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Progress {
    /// What is being done.
    pub stage: &'static str,
    /// How much of it is done, 0 to 1.
    pub share: f64,
    /// How many of the frames so far are played as they should be, 0 to 1, where that is known.
    pub right: Option<f64>,
}

/// How a result came about: `training.json`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Provenance {
    /// Version of Toccata.
    pub toccata_version: String,
    /// What was played.
    pub piece: String,
    /// Where the fingers come from.
    pub fingers: FingerSources,
    /// How it was learned.
    pub method: Method,
    /// Whether idle fingers follow the person of the video.
    pub followed_person: bool,
    /// The seed of all chance.
    pub seed: u64,
    /// Threads that computed.
    pub threads: usize,
    /// Control steps that a planner simulated.
    pub control_steps: u64,
    /// Processor time of the whole process while it learned, seconds.
    pub cpu_secs: f64,
}

/// A finished training.
#[derive(Debug)]
pub struct Trained {
    /// Where the fingers come from.
    pub fingers: FingerSources,
    /// What was played.
    pub playable: Playable,
    /// What to build to play it again.
    pub replay: Replay,
    /// The performance.
    pub rollout: Rollout,
    /// How good it is.
    pub metrics: Metrics,
}

impl Trained {
    /// As the result's writer takes it.
    pub fn performed(&self) -> Performed<'_> {
        Performed {
            playable: &self.playable,
            replay: &self.replay,
            rollout: &self.rollout,
            metrics: &self.metrics,
        }
    }
}

/// Trains, and writes the result into `out`. `advanced` is told how far it is and says whether to go on.
pub fn train(
    hands: &Hands,
    piece: &Piece,
    request: &TrainRequest,
    out: &Path,
    advanced: &mut dyn FnMut(Progress) -> bool,
) -> Result<Trained, TrainError> {
    let fingered = finger_to_play(piece)?;
    let piece = &fingered.piece;
    let playable = Playable::new(piece, &request.frames)?;
    let person = match &piece.hands {
        Some(table) => Some(person::read(table, piece, &playable.score, &request.frames)?),
        None => None,
    };
    let began_cpu_secs = process_cpu_secs();
    let followed = person.as_ref().filter(|_| request.follow_person);
    let (plan, control_steps) = plan(hands, &playable, followed, request, advanced)?;
    let cpu_secs = process_cpu_secs() - began_cpu_secs;
    let model = hands.build(&request.scene)?;
    let mut environment = Environment::new(&model, Arc::new(playable.score.clone()), TaskSettings::default());
    let actions = plan.actions.concat();
    // What counts is what the exact model does with the actions that are kept.
    let rollout = rollout::perform(&mut environment, &mut Recorded(&actions)).map_err(TrainError::fault)?;
    let trained = Trained {
        fingers: fingered.sources.clone(),
        metrics: measure(&playable.score, &rollout, Actor::OpenLoopPlan, person.as_ref()),
        replay: Replay::new(
            playable.named.clone(),
            &request.scene,
            &request.frames,
            ObservationSettings::default().lookahead_steps,
        ),
        playable,
        rollout,
    };
    result::write(out, &trained.performed())?;
    let spent = Spent {
        followed_person: followed.is_some(),
        control_steps,
        cpu_secs,
    };
    write_provenance(out, &fingered, request, &spent)?;
    Ok(trained)
}

/// The plan, and how many control steps were simulated to find it.
fn plan(
    hands: &Hands,
    playable: &Playable,
    followed: Option<&Trajectory>,
    request: &TrainRequest,
    advanced: &mut dyn FnMut(Progress) -> bool,
) -> Result<(Plan, u64), TrainError> {
    let score = &playable.score;
    let models = Models::build(hands.mujoco(), hands.assets(), &request.scene, score).map_err(TrainError::fault)?;
    let threads = request.threads.get();
    let mut stage = |stage, share, right| advanced(Progress { stage, share, right });
    let mut finding = |share| stage("poses", share, None);
    let prior = Prior::following(followed, &models, score, &PriorSettings::default(), threads, &mut finding).map_err(planning_ended)?;
    match request.method {
        Method::Prior => {
            let mut playing = |share| stage("playing", share, None);
            let plan = play_prior(&models.exact, score, &prior, &mut playing).map_err(planning_ended)?;
            Ok((plan, 0))
        }
        Method::Plan => {
            let settings = PlannerSettings {
                control_steps_max: request.control_steps_max,
                seed: request.seed,
                threads,
                ..PlannerSettings::default()
            };
            let mut planning = |progress: planner::Progress| {
                let of = |part: usize, whole: usize| part as f64 / whole.max(1) as f64;
                let right = of(progress.frames_right, progress.frames);
                stage("planning", of(progress.frames, progress.frames_total), Some(right))
            };
            let planned = planner::plan(&models, score, &prior, &settings, &mut planning);
            planned
                .map(|(plan, progress)| (plan, progress.control_steps))
                .map_err(planning_ended)
        }
    }
}

fn planning_ended(error: PlanError) -> TrainError {
    match error {
        PlanError::Stopped => TrainError::Stopped,
        PlanError::UnknownFinger { .. } => {
            TrainError::refused("score_unfingered", error.to_string(), "Finger the score with `toccata finger`.")
        }
        other => TrainError::fault(other),
    }
}

/// What is known when it is done.
struct Spent {
    followed_person: bool,
    control_steps: u64,
    cpu_secs: f64,
}

fn write_provenance(out: &Path, fingered: &FingeredPiece, request: &TrainRequest, spent: &Spent) -> Result<(), TrainError> {
    let provenance = Provenance {
        toccata_version: env!("CARGO_PKG_VERSION").to_owned(),
        piece: fingered.piece.name.clone(),
        fingers: fingered.sources.clone(),
        method: request.method,
        seed: request.seed,
        threads: request.threads.get(),
        followed_person: spent.followed_person,
        control_steps: spent.control_steps,
        cpu_secs: spent.cpu_secs,
    };
    let mut json = serde_json::to_vec_pretty(&provenance).map_err(TrainError::fault)?;
    json.push(b'\n');
    write_whole(&out.join(TRAINING_FILE), &json).map_err(TrainError::fault)
}
