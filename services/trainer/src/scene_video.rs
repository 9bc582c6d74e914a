//! `rollout.mp4`: the hands at the piano, with the sound of what they play.

use crate::error::TrainError;
use crate::hands::Hands;
use media::{AudioSettings, VideoSettings, VideoWriter};
use piano::{Finger, FingerNumber, FingeredNote, Note, Pitch};
use simulation::environment::{Environment, TaskSettings};
use simulation::picture::{Camera, Renderer};
use simulation::scene::SceneSettings;
use simulation::score::{CONTROL_TIMESTEP_SECS, Score};
use std::path::Path;
use std::sync::Arc;
use synthesis::sound::{self, CHANNELS, SAMPLE_RATE};
use training::rollout::Rollout;
use vision::Frame;

/// Pixels: a keyboard is wide.
const SIZE: [usize; 2] = [960, 540];
const CRF: u8 = 23;
/// The last notes ring out for so long.
const ECHO_SECS: f64 = 1.0;

/// Thumb to little finger: Okabe and Ito's vermilion, orange, green, blue and purple, as everywhere in Toccata.
const FINGER_COLORS: [[f32; 3]; 5] = [
    [0.835, 0.369, 0.0],
    [0.902, 0.624, 0.0],
    [0.0, 0.620, 0.451],
    [0.0, 0.447, 0.698],
    [0.800, 0.475, 0.655],
];
/// A key that sounds and is not due.
const WRONG_COLOR: [f32; 3] = [1.0, 0.0, 0.0];

/// What is drawn.
pub struct Scene<'a> {
    /// What the hands are built from.
    pub hands: &'a Hands,
    /// As it was when the rollout was recorded.
    pub settings: &'a SceneSettings,
    /// What is played.
    pub score: &'a Score,
    /// The recorded rollout: it is played again, and drawn.
    pub rollout: &'a Rollout,
    /// The notes that sounded.
    pub notes: &'a [FingeredNote],
    /// What the notes sound like; without it the video is silent.
    pub piano: Option<&'a sound::Piano>,
}

/// Writes the video. `advanced` is told the share done and says whether to go on.
pub fn write(scene: &Scene<'_>, to: &Path, mut advanced: impl FnMut(f64) -> bool) -> Result<(), TrainError> {
    let settings = SceneSettings {
        drawable: true,
        ..scene.settings.clone()
    };
    let model = scene.hands.build(&settings)?;
    let mut environment = Environment::new(&model, Arc::new(scene.score.clone()), TaskSettings::default());
    let mut renderer = Renderer::new(&model, SIZE[0], SIZE[1], Camera::OVERHEAD).map_err(TrainError::fault)?;
    let mut writer = VideoWriter::create(to, video(), scene.piano.map(|_| audio())).map_err(TrainError::fault)?;
    let frames = scene.score.frames().len();
    let samples = samples(scene, frames)?;
    let mut samples = samples.chunks(CHANNELS * (f64::from(SAMPLE_RATE) * CONTROL_TIMESTEP_SECS) as usize);
    for (index, action) in scene.rollout.actions.chunks_exact(scene.rollout.action_len).enumerate() {
        let step = environment.step(action);
        if step.is_err() {
            break; // The episode ended early when it was recorded too.
        }
        let painted = painted(&environment, index);
        let rgb = renderer.draw(&mut environment, &painted);
        let picture = Frame {
            width: SIZE[0],
            height: SIZE[1],
            rgb,
        };
        writer.write_frame(&picture).map_err(TrainError::fault)?;
        writer.write_audio(samples.next().unwrap_or_default()).map_err(TrainError::fault)?;
        if !advanced((index + 1) as f64 / frames as f64) {
            return Err(TrainError::Stopped);
        }
    }
    for rest in samples {
        writer.write_audio(rest).map_err(TrainError::fault)?;
    }
    writer.finish().map_err(TrainError::fault)
}

fn video() -> VideoSettings {
    VideoSettings {
        width: SIZE[0],
        height: SIZE[1],
        frames_per_second: 1.0 / CONTROL_TIMESTEP_SECS,
        crf: CRF,
    }
}

fn audio() -> AudioSettings {
    AudioSettings {
        sample_rate: SAMPLE_RATE,
        channels: CHANNELS,
    }
}

fn samples(scene: &Scene<'_>, frames: usize) -> Result<Vec<f32>, TrainError> {
    let notes: Vec<Note> = scene.notes.iter().map(|fingered| fingered.note).collect();
    let secs = frames as f64 * CONTROL_TIMESTEP_SECS + ECHO_SECS;
    let played = scene.piano.map(|piano| piano.play(&notes, secs));
    Ok(played.transpose().map_err(TrainError::fault)?.unwrap_or_default())
}

/// Keys that sound, in the colour of the finger they are due with.
fn painted(environment: &Environment, frame: usize) -> Vec<(Pitch, [f32; 3])> {
    let due = &environment.score().frames()[frame].notes;
    let color = |pitch: Pitch| {
        let note = due.iter().find(|note| note.pitch == pitch)?;
        let finger = note.finger.map(|Finger { finger, .. }| finger);
        Some(FINGER_COLORS[finger.map_or(0, FingerNumber::index)])
    };
    let sounding = Pitch::all().filter(|pitch| environment.keys().sounding[pitch.key_index()]);
    sounding.map(|pitch| (pitch, color(pitch).unwrap_or(WRONG_COLOR))).collect()
}
