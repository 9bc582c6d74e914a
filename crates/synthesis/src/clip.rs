//! A clip: picture after picture, with the truth of each.

use crate::lens::Lens;
use crate::performance::{HandMeshes, Performance, ScoreError};
use crate::picture::Painter;
use crate::scene::Scene;
use crate::truth::{TrueFrame, TrueHand, TrueNote, Truth};
use piano::FingeredNote;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use vision::Frame;

/// Pictures a second.
pub const FRAMES_PER_SECOND: f64 = 30.0;
/// Pixels of a clip's pictures.
pub const SIZE: [usize; 2] = [1280, 720];

/// Whether a clip looks plain or as its seed says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Variety {
    /// A good view in good light; the seed moves only the fingers on their keys and the noise.
    Plain,
    /// Camera, light, player and quality are drawn from the seed.
    Varied,
}

/// A performance in its scene.
pub struct Clip<'a> {
    seed: u64,
    scene: Scene,
    performance: Performance<'a>,
    painter: Painter,
}

impl<'a> Clip<'a> {
    /// Prepares a clip of this picture size.
    pub fn new(
        score: &[FingeredNote],
        meshes: &'a HandMeshes,
        size: [usize; 2],
        variety: Variety,
        seed: u64,
    ) -> Result<Clip<'a>, ScoreError> {
        let mut generator = ChaCha8Rng::seed_from_u64(seed);
        let scene = match variety {
            Variety::Plain => Scene::plain(size),
            Variety::Varied => Scene::varied(size, &mut generator),
        };
        let performance = Performance::plan(score, meshes, scene.touchiness, &mut generator)?;
        let lens = Lens::new(scene.optics, scene.camera.focal_pixels(), seed);
        Ok(Clip {
            seed,
            scene,
            performance,
            painter: Painter::new(&scene.camera, scene.finish, scene.lighting, scene.complexion, lens),
        })
    }

    /// What it looks like.
    pub fn scene(&self) -> &Scene {
        &self.scene
    }

    /// The notes as they are played, by onset, then pitch.
    pub fn notes(&self) -> &[FingeredNote] {
        self.performance.notes()
    }

    /// How many pictures it has.
    pub fn frames(&self) -> usize {
        (self.performance.end_secs() * FRAMES_PER_SECOND).ceil() as usize
    }

    /// How long it is, seconds: a whole number of pictures.
    pub fn duration_secs(&self) -> f64 {
        self.frames() as f64 / FRAMES_PER_SECOND
    }

    /// Paints the picture with this number, and says where its hands are.
    pub fn frame(&mut self, number: usize) -> (Frame, TrueFrame) {
        let secs = number as f64 / FRAMES_PER_SECOND;
        let hands = self.performance.hands_at(secs);
        let camera = self.painter.camera();
        let truth = hands.iter().map(|hand| TrueHand {
            side: hand.hand,
            landmarks: hand
                .landmarks()
                .iter()
                .map(|place| camera.project(place))
                .map(|p| [p.x, p.y])
                .collect(),
        });
        let truth = TrueFrame {
            secs,
            hands: truth.collect(),
        };
        let surfaces: Vec<_> = hands.into_iter().map(|hand| hand.surface).collect();
        (self.painter.paint(number, &self.performance.keys_at(secs), &surfaces), truth)
    }

    /// The truth of the clip whose pictures' truths these are.
    pub fn truth(&self, frames: Vec<TrueFrame>) -> Truth {
        Truth {
            seed: self.seed,
            frames_per_second: FRAMES_PER_SECOND,
            scene: self.scene,
            keyboard_from_image: self.painter.camera().keyboard_from_image(),
            notes: true_notes(self.performance.notes()),
            frames,
        }
    }
}

fn true_notes(notes: &[FingeredNote]) -> Vec<TrueNote> {
    let true_note = |fingered: &FingeredNote| {
        let note = fingered.note;
        Some(TrueNote {
            pitch: note.pitch,
            onset_secs: note.onset_secs,
            offset_secs: note.offset_secs,
            velocity: note.velocity,
            finger: fingered.finger?,
        })
    };
    notes.iter().filter_map(true_note).collect()
}
