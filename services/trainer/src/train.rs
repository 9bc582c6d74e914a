//! From a piece to hands that play it, in a folder.

use crate::error::TrainError;
use crate::fingers::{FingerSources, FingeredPiece, finger_to_play};
use crate::hands::Hands;
use crate::person;
use crate::piece::Piece;
use crate::policy;
use crate::recording::Playable;
use crate::result::{self, Performed};
use crate::teacher::PlanTeacher;
use artifacts::{StageKey, StageStore, write_whole};
use bootstrap::clock::process_cpu_secs;
use piano::PedalInterval;
use planning::PlanError;
use planning::models::Models;
use planning::planner;
use planning::playback::{Plan, play_prior};
use planning::prior::Prior;
use planning::settings::{CostSettings, PlannerSettings, PriorSettings};
use serde::{Deserialize, Serialize};
use simulation::environment::{Environment, TaskSettings};
use simulation::model::Model;
use simulation::scene::SceneSettings;
use simulation::score::{FrameSettings, Score};
use simulation::trajectory::Trajectory;
use std::num::NonZeroUsize;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};
use training::imitation::{self, Imitated, ImitationError, ImitationSettings, Lesson, Round, imitate};
use training::metrics::{Actor, measure};
use training::replay::Replay;
use training::rollout::{self, Recorded};

/// Where plans are kept while they grow, in the folder of the result.
pub const STAGES_FOLDER: &str = ".stages";
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
    /// A network that imitates the planner's plan, and the prior beside it: cloning with DAgger. It plays alone afterwards.
    Clone,
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
    /// Whether keys are to be struck as hard as the score says, where a planner can.
    pub velocities: bool,
    /// Control steps that a planner may simulate; without a limit it stops when it is content.
    pub control_steps_max: Option<u64>,
    /// How a network imitates.
    pub imitation: ImitationSettings,
    /// Whatever is drawn by chance is drawn from here.
    pub seed: u64,
    /// Threads that compute.
    pub threads: NonZeroUsize,
}

/// What a training tells while it runs.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Progress {
    /// What is being done.
    pub stage: &'static str,
    /// How much of it is done, 0 to 1.
    pub share: f64,
    /// How many of the frames so far are played as they should be, 0 to 1, where that is known.
    pub right: Option<f64>,
    /// Frame F1 of a network so far, where one learns.
    pub f1: Option<f64>,
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
    /// Whether keys were to be struck as hard as the score says.
    #[serde(default)]
    pub velocities: bool,
    /// The seed of all chance.
    pub seed: u64,
    /// Threads that computed.
    pub threads: usize,
    /// Control steps that a planner simulated.
    pub control_steps: u64,
    /// Frames whose plan an earlier process left; what they cost it is in the control steps, not in the time below.
    #[serde(default)]
    pub resumed_frames: usize,
    /// Processor time of the whole process while it learned, seconds.
    pub cpu_secs: f64,
}

/// A finished training.
#[derive(Debug)]
pub struct Trained {
    /// Where the fingers come from.
    pub fingers: FingerSources,
    /// The performance.
    pub performed: Performed,
}

/// Trains, and writes the result into `out`. Where a plan stands is kept in `stages` every half minute, and gone on from if it is there.
/// `advanced` is told how far it is and says whether to go on.
pub fn train(
    hands: &Hands,
    piece: &Piece,
    request: &TrainRequest,
    stages: &StageStore,
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
    let replay = playable.replay(&request.scene, &request.frames);
    let planning = Planning {
        playable: &playable,
        replay: &replay,
        pedal: &piece.pedal,
        followed,
        request,
        stages,
    };
    let planned = planning.run(hands, advanced)?;
    let model = hands.build(&request.scene)?;
    let mut environment = Environment::new(&model, Arc::new(playable.score.clone()), TaskSettings::default());
    // What counts is what the exact model does.
    let (rollout, actor, imitated) = match request.method {
        Method::Prior | Method::Plan => {
            let actions = planned.plan.actions.concat();
            let rollout = rollout::perform(&mut environment, &mut Recorded(&actions)).map_err(TrainError::fault)?;
            (rollout, Actor::OpenLoopPlan, None)
        }
        Method::Clone => {
            let teacher = PlanTeacher::new(planned.prior, &planned.plan, &mut environment).map_err(TrainError::fault)?;
            let imitated = clone(&model, &playable, &teacher, request, advanced)?;
            let rollout = policy::play(&imitated.policy, &model, &playable)?;
            (rollout, Actor::Policy, Some(imitated))
        }
    };
    let cpu_secs = process_cpu_secs() - began_cpu_secs;
    if let Some(imitated) = &imitated {
        policy::write(out, &imitated.policy, &imitated.curve)?;
    }
    let performed = Performed {
        metrics: measure(&playable.score, &rollout, actor, person.as_ref()),
        replay,
        playable,
        rollout,
    };
    result::write(out, &performed)?;
    let spent = Spent {
        followed_person: followed.is_some(),
        control_steps: planned.control_steps,
        resumed_frames: planned.resumed_frames,
        cpu_secs,
    };
    write_provenance(out, &fingered, request, &spent)?;
    Ok(Trained {
        fingers: fingered.sources,
        performed,
    })
}

/// What a stroke 40 of 127 too hard or too soft costs; a missed note costs 2.
const VELOCITY_COST: f64 = 1.0;

/// A plan, what it was made from, and how many control steps were simulated to find it.
struct Planned {
    prior: Prior,
    plan: Plan,
    control_steps: u64,
    resumed_frames: usize,
}

/// A network that learned to play a piece.
fn clone(
    model: &Model,
    playable: &Playable,
    teacher: &PlanTeacher,
    request: &TrainRequest,
    advanced: &mut dyn FnMut(Progress) -> bool,
) -> Result<Imitated, TrainError> {
    let score = Arc::new(playable.score.clone());
    let lesson = Lesson {
        score: Arc::clone(&score),
        teacher,
    };
    learn(
        model,
        &[lesson],
        &[score],
        &request.imitation,
        request.seed,
        request.threads,
        advanced,
    )
}

/// Teaches a network, and tells how it is getting on.
pub(crate) fn learn(
    model: &Model,
    lessons: &[Lesson<'_>],
    judged: &[Arc<Score>],
    settings: &ImitationSettings,
    seed: u64,
    threads: NonZeroUsize,
    advanced: &mut dyn FnMut(Progress) -> bool,
) -> Result<Imitated, TrainError> {
    let mut learned = |progress: imitation::Progress<'_>| {
        advanced(Progress {
            stage: "learning",
            share: progress.share,
            f1: best_f1(progress.curve),
            right: None,
        })
    };
    let imitated = imitate(model, lessons, judged, settings, seed, threads, &mut learned);
    imitated.map_err(imitation_ended)
}

/// The best of the rounds so far.
pub(crate) fn best_f1(curve: &[Round]) -> Option<f64> {
    curve.iter().map(|round| round.f1).reduce(f64::max)
}

fn imitation_ended(error: ImitationError) -> TrainError {
    match error {
        ImitationError::Stopped => TrainError::Stopped,
        ImitationError::Settings(error) => TrainError::refused("settings", error.to_string(), "Change the settings of the imitation."),
        other => TrainError::fault(other),
    }
}

/// Plans stand so long on this machine alone, at most.
const KEPT_EVERY: Duration = Duration::from_secs(30);
/// Another version plans otherwise: what it kept is not gone on from.
const PLAN_VERSION: u32 = 1;

/// What a plan depends on, and where it is kept while it grows.
struct Planning<'a> {
    playable: &'a Playable,
    replay: &'a Replay,
    pedal: &'a [PedalInterval],
    followed: Option<&'a Trajectory>,
    request: &'a TrainRequest,
    stages: &'a StageStore,
}

impl Planning<'_> {
    /// Finds a prior and, unless it is all that is wanted, a plan around it.
    fn run(&self, hands: &Hands, advanced: &mut dyn FnMut(Progress) -> bool) -> Result<Planned, TrainError> {
        let score = &self.playable.score;
        let models = Models::build(hands.mujoco(), hands.assets(), &self.request.scene, score).map_err(TrainError::fault)?;
        let threads = self.request.threads.get();
        let mut stage = |stage, share, right| {
            advanced(Progress {
                stage,
                share,
                right,
                f1: None,
            })
        };
        let of_prior = PriorSettings::default();
        let mut find = |settings: &PriorSettings| {
            let mut finding = |share| stage("poses", share, None);
            Prior::following(self.followed, &models, score, settings, threads, &mut finding).map_err(planning_ended)
        };
        let prior = find(&of_prior)?;
        if self.request.method == Method::Prior {
            let mut playing = |share| stage("playing", share, None);
            let plan = play_prior(&models.exact, score, &prior, &mut playing).map_err(planning_ended)?;
            return Ok(Planned {
                prior,
                plan,
                control_steps: 0,
                resumed_frames: 0,
            });
        }
        let loose = find(&of_prior.loose())?;
        let settings = self.settings();
        let key = self.key(&of_prior, &settings);
        let from: Option<planner::Checkpoint> = self.stages.find(&key);
        let mut kept = Instant::now();
        let mut not_kept = None;
        let mut planning = |standing: &planner::Standing<'_>| {
            let progress = standing.progress;
            if kept.elapsed() >= KEPT_EVERY || progress.frames == progress.frames_total {
                kept = Instant::now();
                not_kept = self.stages.keep(&key, &standing.checkpoint()).err();
            }
            let of = |part: usize, whole: usize| part as f64 / whole.max(1) as f64;
            let right = of(progress.frames_right, progress.frames);
            not_kept.is_none() && stage("planning", of(progress.frames, progress.frames_total), Some(right))
        };
        let planned = planner::plan(&models, score, &prior, &[&loose], &settings, from.as_ref(), &mut planning);
        if let Some(error) = not_kept {
            return Err(TrainError::fault(error));
        }
        let (plan, progress) = planned.map_err(planning_ended)?;
        Ok(Planned {
            prior,
            plan,
            control_steps: progress.control_steps,
            resumed_frames: from.map_or(0, |from| from.frames()),
        })
    }

    fn settings(&self) -> PlannerSettings {
        let cost = CostSettings {
            velocity: if self.request.velocities { VELOCITY_COST } else { 0.0 },
            ..CostSettings::default()
        };
        PlannerSettings {
            cost,
            control_steps_max: self.request.control_steps_max,
            seed: self.request.seed,
            threads: self.request.threads.get(),
            ..PlannerSettings::default()
        }
    }

    fn key(&self, of_prior: &PriorSettings, settings: &PlannerSettings) -> StageKey {
        let piece = (self.replay, &self.playable.pig, self.pedal, self.followed);
        StageKey::new("plan", PLAN_VERSION, &(piece, of_prior, settings))
    }
}

pub(crate) fn planning_ended(error: PlanError) -> TrainError {
    match error {
        PlanError::Stopped => TrainError::Stopped,
        PlanError::UnknownFinger(_) => {
            TrainError::refused("score_unfingered", error.to_string(), "Finger the score with `toccata finger`.")
        }
        other => TrainError::fault(other),
    }
}

/// What is known when it is done.
struct Spent {
    followed_person: bool,
    control_steps: u64,
    resumed_frames: usize,
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
        velocities: request.velocities,
        control_steps: spent.control_steps,
        resumed_frames: spent.resumed_frames,
        cpu_secs: spent.cpu_secs,
    };
    let mut json = serde_json::to_vec_pretty(&provenance).map_err(TrainError::fault)?;
    json.push(b'\n');
    write_whole(&out.join(TRAINING_FILE), &json).map_err(TrainError::fault)
}
