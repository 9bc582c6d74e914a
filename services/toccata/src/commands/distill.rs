//! `toccata distill`.

use crate::commands::train::Terminal;
use crate::failure::{Failure, fault};
use bootstrap::models::ModelStore;
use bootstrap::shutdown::Shutdown;
use clap::Args;
use learning::cloning::CloningSettings;
use simulation::scene::SceneSettings;
use simulation::score::FrameSettings;
use std::num::NonZeroUsize;
use std::path::PathBuf;
use trainer::distill::{DistillRequest, Distilled, distill};
use trainer::hands::Hands;
use trainer::piece::Piece;
use training::imitation::ImitationSettings;

/// Teach one policy many pieces, so that it plays others unseen
#[derive(Args)]
pub struct Distill {
    /// Pieces to learn beside practice: PIG files, MIDI files, labelled performances, or robopianist:NAME.
    scores: Vec<String>,
    /// The folder to write: policy.safetensors, policy.onnx, curve.csv and distillation.json.
    #[arg(long)]
    out: PathBuf,
    /// Practice pieces to learn, which are made up: 24 seconds of scales, chords, melodies and what else pianos play.
    #[arg(long, default_value_t = 240)]
    practice: usize,
    /// A piece to play at the end that was not learned; as often as wanted.
    #[arg(long)]
    held_out: Vec<String>,
    /// Silence before the first note in which the hands take their places, seconds.
    #[arg(long, default_value_t = 0.5)]
    initial_buffer_secs: f64,
    /// Rounds in which the network imitates and is corrected.
    #[arg(long, default_value_t = 8)]
    rounds: usize,
    /// Updates of the network after each round.
    #[arg(long, default_value_t = 6000)]
    updates: usize,
    /// Units of each of its three hidden layers.
    #[arg(long, default_value_t = 512)]
    units: usize,
    /// Draws whatever is drawn by chance; the same seed gives the same result.
    #[arg(long, default_value_t = 0)]
    seed: u64,
    /// Threads that compute; the default is one a processor.
    #[arg(long)]
    threads: Option<NonZeroUsize>,
    /// Print distillation.json.
    #[arg(long)]
    pub json: bool,
}

impl Distill {
    /// Runs the command.
    pub fn run(self) -> Result<(), Failure> {
        let shutdown = Shutdown::listen().map_err(fault)?;
        let store = ModelStore::open().map_err(fault)?;
        let read = |names: &[String]| names.iter().map(|name| Piece::read(name, &store)).collect::<Result<Vec<_>, _>>();
        let (pieces, held_out) = (read(&self.scores)?, read(&self.held_out)?);
        let hands = Hands::load(&store)?;
        let mut terminal = Terminal::new(self.json);
        let mut advanced = |progress| {
            terminal.show(progress);
            !shutdown.requested()
        };
        let distilled = distill(&hands, &pieces, &held_out, &self.request(), &self.out, &mut advanced)?;
        terminal.finish();
        if self.json {
            println!("{}", serde_json::to_string(&distilled).map_err(fault)?);
        } else {
            print(&distilled);
            eprintln!("written to {}", self.out.display());
        }
        Ok(())
    }

    fn request(&self) -> DistillRequest {
        let processors = || std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN);
        let defaults = ImitationSettings::default();
        DistillRequest {
            practice: self.practice,
            frames: FrameSettings {
                initial_buffer_secs: self.initial_buffer_secs,
                ..FrameSettings::default()
            },
            scene: SceneSettings::default(),
            imitation: ImitationSettings {
                rounds: self.rounds,
                updates: self.updates,
                cloning: CloningSettings {
                    hidden: vec![self.units; 3],
                    ..defaults.cloning
                },
                ..defaults
            },
            seed: self.seed,
            threads: self.threads.unwrap_or_else(processors),
        }
    }
}

fn print(distilled: &Distilled) {
    println!("{:<40} {:>9} {:>9} {:>9}", "unseen", "F1", "precision", "recall");
    println!("{:<40} {:>9.4}", "practice, in the mean", distilled.practice_f1);
    for held_out in &distilled.held_out {
        let frame = &held_out.metrics.frame;
        println!(
            "{:<40} {:>9.4} {:>9.4} {:>9.4}",
            held_out.piece, frame.f1, frame.precision, frame.recall
        );
    }
}
