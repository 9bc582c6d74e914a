//! `toccata play`.

use crate::commands::train::{Terminal, print_fingers};
use crate::failure::{Failure, fault};
use crate::sound_font;
use bootstrap::models::ModelStore;
use bootstrap::shutdown::Shutdown;
use clap::Args;
use simulation::score::FrameSettings;
use std::path::PathBuf;
use trainer::hands::Hands;
use trainer::piece::Piece;
use trainer::train::Progress;
use trainer::{play, policy, recording, result};
use training::metrics::Metrics;

/// Play any score with a policy, or a recording again, and score it
#[derive(Args)]
pub struct Play {
    /// A policy (its folder or policy.safetensors) and a score; or alone, a recording: a folder with replay.json, its score, and
    /// actions.npy or actions.npz.
    player: PathBuf,
    /// What the policy plays: a PIG file, a MIDI file, a labelled performance (its folder or performance.json), or robopianist:NAME.
    score: Option<String>,
    #[command(flatten)]
    reading: Reading,
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

/// How a score becomes what hands play.
#[derive(Args)]
pub struct Reading {
    /// Silence before the first note in which the hands take their places, seconds.
    #[arg(long, requires = "score", default_value_t = 0.5)]
    initial_buffer_secs: f64,
    /// Multiply all times: 2 plays at half speed.
    #[arg(long, requires = "score", default_value_t = 1.0)]
    stretch: f64,
    /// Move all pitches, semitones.
    #[arg(long, requires = "score", default_value_t = 0, allow_negative_numbers = true)]
    shift: i32,
}

impl Reading {
    /// As the score's reader takes it.
    pub fn frames(&self) -> FrameSettings {
        FrameSettings {
            initial_buffer_secs: self.initial_buffer_secs,
            stretch: self.stretch,
            shift: self.shift,
            ..FrameSettings::default()
        }
    }
}

impl Play {
    /// Runs the command.
    pub fn run(self) -> Result<(), Failure> {
        let shutdown = Shutdown::listen().map_err(fault)?;
        let store = ModelStore::open().map_err(fault)?;
        let hands = Hands::load(&store)?;
        let (performed, fingers) = match &self.score {
            Some(score) => {
                let piece = Piece::read(score, &store)?;
                let (performed, fingers) = play::with_policy(&hands, &policy::file_at(&self.player)?, &piece, &self.reading.frames())?;
                (performed, Some(fingers))
            }
            None => (play::replay(&hands, recording::read(&self.player, &store)?)?, None),
        };
        if let Some(out) = &self.out {
            result::write(out, &performed)?;
            if self.video {
                let piano = sound_font::read_piano(self.soundfont.as_deref())?;
                let mut terminal = Terminal::new(self.json);
                result::write_video(out, &hands, &performed, Some(&piano), |share| {
                    terminal.show(Progress {
                        stage: "drawing",
                        share,
                        ..Progress::default()
                    });
                    !shutdown.requested()
                })?;
                terminal.finish();
            }
        }
        if self.json {
            println!("{}", serde_json::to_string(&performed.metrics).map_err(fault)?);
            return Ok(());
        }
        print_metrics(&performed.metrics);
        if let Some(fingers) = &fingers {
            print_fingers(fingers);
        }
        Ok(())
    }
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
