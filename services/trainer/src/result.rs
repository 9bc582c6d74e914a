//! The files a performance by the simulated hands is written as.

use crate::error::TrainError;
use crate::hands::Hands;
use crate::recording::{self, Playable};
use crate::scene_video::{self, Scene};
use artifacts::{UnfinishedFile, write_whole};
use piano::midi::HandedNote;
use piano::{FingeredNote, PedalInterval, midi};
use simulation::score::CONTROL_TIMESTEP_SECS;
use std::path::Path;
use synthesis::sound;
use training::metrics::Metrics;
use training::replay::Replay;
use training::rollout::Rollout;
use training::sounded;

/// How good it is.
pub const METRICS_FILE: &str = "metrics.json";
/// What sounded.
pub const MIDI_FILE: &str = "rollout.mid";
/// What it looked and sounded like.
pub const VIDEO_FILE: &str = "rollout.mp4";

/// A rollout and how it was recorded.
#[derive(Debug)]
pub struct Performed {
    /// What was played.
    pub playable: Playable,
    /// What to build to play it again.
    pub replay: Replay,
    /// What was done.
    pub rollout: Rollout,
    /// How good it was.
    pub metrics: Metrics,
}

/// Writes the recording, the notes and, last, the figures: where they stand, the rest does.
pub fn write(folder: &Path, performed: &Performed) -> Result<(), TrainError> {
    let rollout = &performed.rollout;
    recording::write(folder, &performed.playable, &performed.replay, &rollout.actions, rollout.action_len)?;
    let notes = sounded_notes(rollout);
    let handed: Vec<HandedNote> = notes
        .iter()
        .map(|fingered| HandedNote {
            note: fingered.note,
            hand: fingered.finger.map(|finger| finger.hand),
        })
        .collect();
    let midi = midi::write(&handed, &pedal(rollout)).map_err(TrainError::fault)?;
    write_whole(&folder.join(MIDI_FILE), &midi).map_err(TrainError::fault)?;
    write_metrics(folder, &performed.metrics)
}

/// Writes the figures alone.
pub fn write_metrics(folder: &Path, metrics: &Metrics) -> Result<(), TrainError> {
    let mut json = serde_json::to_vec_pretty(metrics).map_err(TrainError::fault)?;
    json.push(b'\n');
    write_whole(&folder.join(METRICS_FILE), &json).map_err(TrainError::fault)
}

/// Draws the rollout. `advanced` is told the share done and says whether to go on.
pub fn write_video(
    folder: &Path,
    hands: &Hands,
    performed: &Performed,
    piano: Option<&sound::Piano>,
    advanced: impl FnMut(f64) -> bool,
) -> Result<(), TrainError> {
    let unfinished = UnfinishedFile::for_place(&folder.join(VIDEO_FILE)).map_err(TrainError::fault)?;
    let scene = Scene {
        hands,
        settings: &performed.replay.scene(),
        score: &performed.playable.score,
        rollout: &performed.rollout,
        notes: &sounded_notes(&performed.rollout),
        piano,
    };
    scene_video::write(&scene, unfinished.path(), advanced)?;
    unfinished.finish().map_err(TrainError::fault)
}

fn sounded_notes(rollout: &Rollout) -> Vec<FingeredNote> {
    let end_secs = rollout.played.keys.len() as f64 * CONTROL_TIMESTEP_SECS;
    sounded::notes(&rollout.key_events, end_secs)
}

/// The pedal as it was held, from control step to control step.
fn pedal(rollout: &Rollout) -> Vec<PedalInterval> {
    let mut intervals: Vec<PedalInterval> = Vec::new();
    let mut held = false;
    for (index, down) in rollout.played.sustain.iter().enumerate() {
        let end_secs = (index + 1) as f64 * CONTROL_TIMESTEP_SECS;
        match intervals.last_mut().filter(|_| *down && held) {
            Some(interval) => interval.end_secs = end_secs,
            None if *down => intervals.push(PedalInterval {
                start_secs: index as f64 * CONTROL_TIMESTEP_SECS,
                end_secs,
            }),
            None => {}
        }
        held = *down;
    }
    intervals
}
