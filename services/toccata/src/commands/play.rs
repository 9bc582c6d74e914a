//! `toccata play`.

use crate::failure::{Failure, fault};
use crate::sound_font;
use bootstrap::models::ModelStore;
use bootstrap::shutdown::Shutdown;
use clap::Args;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::path::PathBuf;
use trainer::hands::Hands;
use trainer::result::{self, Performed};
use trainer::{play, recording};
use training::metrics::Metrics;

/// Play a recording of the simulated hands again and score it
#[derive(Args)]
pub struct Play {
    /// A folder with replay.json, its score, and actions.npy or actions.npz.
    recording: PathBuf,
    /// Write metrics.json, rollout.mid and the recording itself here.
    #[arg(long)]
    out: Option<PathBuf>,
    /// Draw rollout.mp4 there too.
    #[arg(long, requires = "out")]
    video: bool,
    /// The SoundFont (sf2) of the piano.
    #[arg(long)]
    soundfont: Option<PathBuf>,
    /// Print the figures for machines.
    #[arg(long)]
    pub json: bool,
}

impl Play {
    /// Runs the command.
    pub fn run(self) -> Result<(), Failure> {
        let shutdown = Shutdown::listen().map_err(fault)?;
        let store = ModelStore::open().map_err(fault)?;
        let recording = recording::read(&self.recording, &store)?;
        let hands = Hands::load(&store)?;
        let (rollout, metrics) = play::replay(&hands, &recording)?;
        if let Some(out) = &self.out {
            let performed = Performed {
                playable: &recording.playable,
                replay: &recording.replay,
                rollout: &rollout,
                metrics: &metrics,
            };
            result::write(out, &performed)?;
            if self.video {
                let piano = sound_font::read_piano(self.soundfont.as_deref())?;
                let bar = progress_bar(self.json);
                result::write_video(out, &hands, &performed, Some(&piano), |share| {
                    bar.set_position((share * STEPS as f64) as u64);
                    !shutdown.requested()
                })?;
                bar.finish_and_clear();
            }
        }
        if self.json {
            println!("{}", serde_json::to_string(&metrics).map_err(fault)?);
        } else {
            print_metrics(&metrics);
        }
        Ok(())
    }
}

const STEPS: u64 = 1000;

fn progress_bar(quiet: bool) -> ProgressBar {
    let bar = ProgressBar::new(STEPS);
    if quiet {
        bar.set_draw_target(ProgressDrawTarget::hidden());
    }
    let style = ProgressStyle::with_template("drawing    {bar:32} {percent:>3} %  {elapsed}");
    bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
    bar
}

/// The figures as people read them.
pub fn print_metrics(metrics: &Metrics) {
    let row = |name: &str, scores: &training::metrics::Scores| {
        println!("{name:<28} {:>9.4} {:>9.4} {:>9.4}", scores.f1, scores.precision, scores.recall);
    };
    println!("{:<28} {:>9} {:>9} {:>9}", "", "F1", "precision", "recall");
    row("frames", &metrics.frame);
    if metrics.buffer_frames > 0 {
        row("frames, without the buffer", &metrics.frame_without_buffer);
    }
    row("frames where a note is due", &metrics.frame_where_due);
    row("notes within 50 ms", &metrics.notes.from_frames.onset_50_ms);
    row("notes within 100 ms", &metrics.notes.from_frames.onset_100_ms);
    row("strokes within 100 ms", &metrics.notes.from_events.onset_100_ms);
    row("pedal", &metrics.sustain);
    if let Some(error) = metrics.notes.velocity_error {
        println!("velocity is off by {error:.1} of 127 in the mean");
    }
    if let Some(share) = metrics.fingers.by_labelled_finger {
        println!("{:.1} % of the strokes are by the labelled finger", 100.0 * share);
    }
    if let Some(distance) = metrics.naturalness.distance_to_person_mm {
        println!("fingertips are {distance:.1} mm from the person's in the mean");
    }
    if metrics.diverged {
        println!("the physics broke down before the end");
    }
}
