//! `toccata train`.

use crate::commands::play::{Reading, print_metrics};
use crate::failure::{Failure, fault};
use crate::sound_font;
use artifacts::StageStore;
use bootstrap::models::ModelStore;
use bootstrap::shutdown::Shutdown;
use clap::{Args, ValueEnum};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use simulation::scene::SceneSettings;
use std::num::NonZeroUsize;
use std::path::PathBuf;
use trainer::fingers::FingerSources;
use trainer::hands::Hands;
use trainer::piece::Piece;
use trainer::result;
use trainer::train::{self, Method, Progress, STAGES_FOLDER, TrainRequest};
use training::imitation::ImitationSettings;

/// Teach two Shadow Hands a piece and write how they play it
#[derive(Args)]
pub struct Train {
    /// A PIG file, a MIDI file, a labelled performance (its folder or performance.json), or robopianist:NAME.
    score: String,
    /// The folder to write: actions.npy, replay.json, score.pig.txt, metrics.json, rollout.mid, and rollout.mp4 with --video.
    #[arg(long)]
    out: PathBuf,
    /// How to learn.
    #[arg(long, value_enum, default_value_t = MethodName::Plan)]
    method: MethodName,
    #[command(flatten)]
    reading: Reading,
    /// Do not go where the hands of the video's person went; by default, fingers without a task do.
    #[arg(long)]
    ignore_person: bool,
    /// Strike keys as hard as the score says; takes several times as long.
    #[arg(long)]
    velocities: bool,
    /// Control steps that the planner may simulate; without a limit it stops when it is content.
    #[arg(long)]
    control_steps_max: Option<u64>,
    /// Rounds in which a network imitates and is corrected.
    #[arg(long, default_value_t = ImitationSettings::default().rounds)]
    rounds: usize,
    /// Updates of the network after each round.
    #[arg(long, default_value_t = ImitationSettings::default().updates)]
    updates: usize,
    /// Draws whatever is drawn by chance; the same seed gives the same result.
    #[arg(long, default_value_t = 0)]
    seed: u64,
    /// Threads that compute; the default is one a processor.
    #[arg(long)]
    threads: Option<NonZeroUsize>,
    /// Draw rollout.mp4 too.
    #[arg(long)]
    video: bool,
    /// The SoundFont (sf2) of the piano.
    #[arg(long)]
    soundfont: Option<PathBuf>,
    /// Print the figures for machines.
    #[arg(long)]
    pub json: bool,
}

/// The methods by their names on the command line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum MethodName {
    /// Poses from geometry and a controller that follows them: seconds.
    Prior,
    /// A sampling planner around the prior, which works where the prior fails: minutes to hours.
    Plan,
    /// A network that imitates the plan and then plays alone: policy.safetensors, policy.onnx, curve.csv.
    Clone,
}

impl Train {
    /// Runs the command.
    pub fn run(self) -> Result<(), Failure> {
        let shutdown = Shutdown::listen().map_err(fault)?;
        let store = ModelStore::open().map_err(fault)?;
        let piece = Piece::read(&self.score, &store)?;
        let hands = Hands::load(&store)?;
        let stages = StageStore::at(&self.out.join(STAGES_FOLDER));
        let mut terminal = Terminal::new(self.json);
        let mut advanced = |progress| {
            terminal.show(progress);
            !shutdown.requested()
        };
        let trained = train::train(&hands, &piece, &self.request(), &stages, &self.out, &mut advanced)?;
        if self.video {
            let piano = sound_font::read_piano(self.soundfont.as_deref())?;
            let drawing = |share| {
                advanced(Progress {
                    stage: "drawing",
                    share,
                    ..Progress::default()
                })
            };
            result::write_video(&self.out, &hands, &trained.performed, Some(&piano), drawing)?;
        }
        terminal.finish();
        if self.json {
            println!("{}", serde_json::to_string(&trained.performed.metrics).map_err(fault)?);
        } else {
            print_metrics(&trained.performed.metrics);
            print_fingers(&trained.fingers);
            eprintln!("written to {}", self.out.display());
        }
        Ok(())
    }

    fn request(&self) -> TrainRequest {
        let processors = || std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN);
        TrainRequest {
            method: match self.method {
                MethodName::Prior => Method::Prior,
                MethodName::Plan => Method::Plan,
                MethodName::Clone => Method::Clone,
            },
            frames: self.reading.frames(),
            scene: SceneSettings::default(),
            follow_person: !self.ignore_person,
            velocities: self.velocities,
            control_steps_max: self.control_steps_max,
            imitation: self.imitation(),
            seed: self.seed,
            threads: self.threads.unwrap_or_else(processors),
        }
    }
}

impl Train {
    fn imitation(&self) -> ImitationSettings {
        ImitationSettings {
            rounds: self.rounds,
            updates: self.updates,
            ..ImitationSettings::default()
        }
    }
}

/// Where fingers come from, as people read it.
pub fn print_fingers(sources: &FingerSources) {
    let notes = sources.given + sources.from_score;
    if sources.from_score > 0 {
        println!("{} of {notes} fingers are from the score alone", sources.from_score);
    }
    if sources.left_out > 0 {
        println!(
            "{} notes are left out: their keys are struck by other notes at the same moment",
            sources.left_out
        );
    }
    if sources.off_the_keyboard > 0 {
        println!("{} notes are left out: no piano has a key for them", sources.off_the_keyboard);
    }
}

/// One line that says what is being done and how far it is.
pub struct Terminal {
    bar: ProgressBar,
}

const STEPS: u64 = 1000;

impl Terminal {
    /// `quiet` shows nothing.
    pub fn new(quiet: bool) -> Terminal {
        let target = if quiet {
            ProgressDrawTarget::hidden()
        } else {
            ProgressDrawTarget::stderr()
        };
        let bar = ProgressBar::with_draw_target(Some(STEPS), target);
        let style = ProgressStyle::with_template("{prefix:<10} {bar:32} {percent:>3} %  {elapsed}  {msg}");
        bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
        Terminal { bar }
    }

    /// Shows how far it is.
    pub fn show(&mut self, progress: Progress) {
        if self.bar.prefix() != progress.stage {
            self.bar.set_prefix(progress.stage);
            self.bar.reset_elapsed();
        }
        let right = progress.right.map(|right| format!("{:.1} % of frames right", 100.0 * right));
        let f1 = progress.f1.map(|f1| format!("the network plays F1 {f1:.3}"));
        self.bar.set_message(right.or(f1).unwrap_or_default());
        self.bar.set_position((progress.share.clamp(0.0, 1.0) * STEPS as f64) as u64);
    }

    /// Clears the line.
    pub fn finish(&self) {
        self.bar.finish_and_clear();
    }
}
