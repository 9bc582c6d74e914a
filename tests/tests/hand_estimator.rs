//! Goal: every implementation of `HandEstimator` finds, follows and tells apart a player's hands.
//! Method: rendered pictures, whose hands are known exactly, go through the whole hands stage. The models must be installed
//! (`toccata models fetch`, which `make test` does).

use bootstrap::models::ModelStore;
use labeling::hands::{HandNeeds, estimate_hands, hands_in_picture};
use labeling::seams::HandEstimator;
use piano::{Finger, FingeredNote, Hand, Note, Pitch};
use synthesis::clip::{Clip, SIZE, Variety};
use synthesis::hand_mesh::HandMesh;
use synthesis::performance::HandMeshes;
use synthesis::truth::TrueFrame;
use vision::hands::HandTracks;
use vision::{FrameReadError, FrameSource, TimedFrame};

/// Pictures rendered: one second.
const FRAMES: usize = 30;
/// Mean distance of found fingertips from the rendered ones that is allowed, pixels; a white key is 23 wide. The rendered joint lies near,
/// not exactly at, the place MediaPipe was taught to call the tip.
const TIP_PIXELS_MAX: f64 = 6.0;
const TIPS: [usize; 5] = [4, 8, 12, 16, 20];

#[test]
fn mediapipe() {
    let store = ModelStore::open().unwrap();
    exercise(&mut labeler::hand_models::mediapipe(&store).unwrap());
}

/// What every implementation must do.
fn exercise(estimator: &mut dyn HandEstimator) {
    let meshes = meshes();
    let mut rendered = Rendered {
        clip: Clip::new(&score(), &meshes, SIZE, Variety::Plain, 1).unwrap(),
        truth: Vec::new(),
    };
    let tracks = estimate_hands(&mut rendered, estimator, &[], &HandNeeds::everywhere(), &mut |_| true).unwrap();
    assert_eq!(tracks.frames.len(), FRAMES);
    let error = mean_tip_error(&tracks, &rendered.truth);
    assert!(error < TIP_PIXELS_MAX, "fingertips are {error:.1} pixels off");

    let (picture, _) = rendered.clip.frame(0);
    let mut sides: Vec<Hand> = hands_in_picture(estimator, &picture)
        .unwrap()
        .into_iter()
        .map(|(side, _)| side)
        .collect();
    sides.sort();
    assert_eq!(sides, Hand::BOTH, "in a single picture");
}

/// Mean over all tips of both hands; both hands must be there in every picture.
fn mean_tip_error(tracks: &HandTracks, truth: &[TrueFrame]) -> f64 {
    let mut errors = Vec::new();
    for (found, truth) in tracks.frames.iter().zip(truth) {
        assert_eq!(found.secs, truth.secs);
        for hand in &truth.hands {
            let tracked = found
                .hand(hand.side)
                .unwrap_or_else(|| panic!("no {:?} hand at {:.2} s", hand.side, found.secs));
            errors.extend(TIPS.map(|tip| {
                let ([x, y, _], [true_x, true_y]) = (tracked.landmarks[tip].map(f64::from), hand.landmarks[tip]);
                (x - true_x).hypot(y - true_y)
            }));
        }
    }
    assert_eq!(errors.len(), FRAMES * 2 * TIPS.len());
    errors.iter().sum::<f64>() / errors.len() as f64
}

/// Two broken triads in contrary motion.
fn score() -> Vec<FingeredNote> {
    let note = |number: usize, pitch: u8, finger: i8| {
        let onset_secs = 0.3 + 0.2 * number as f64;
        FingeredNote {
            note: Note {
                pitch: Pitch::new(pitch).unwrap(),
                onset_secs,
                offset_secs: onset_secs + 0.2,
                velocity: 70,
            },
            finger: Finger::from_pig_number(finger),
        }
    };
    let right = [(72, 1), (76, 3), (79, 5), (76, 3)];
    let left = [(60, -1), (55, -3), (52, -5), (55, -3)];
    let mut notes: Vec<FingeredNote> = right
        .iter()
        .chain(&left)
        .enumerate()
        .map(|(i, (pitch, finger))| note(i % 4, *pitch, *finger))
        .collect();
    notes.sort_by(|a, b| {
        a.note
            .onset_secs
            .total_cmp(&b.note.onset_secs)
            .then(a.note.pitch.cmp(&b.note.pitch))
    });
    notes
}

fn meshes() -> HandMeshes {
    let store = ModelStore::open().unwrap();
    let read = |file: &str, hand: Hand| {
        let path = store.file("@webxr-input-profiles/assets", file).unwrap();
        HandMesh::from_glb(&std::fs::read(path).unwrap(), hand).unwrap()
    };
    HandMeshes {
        both: [read("left.glb", Hand::Left), read("right.glb", Hand::Right)],
    }
}

/// Renders pictures as they are asked for, and keeps their truth.
struct Rendered<'a> {
    clip: Clip<'a>,
    truth: Vec<TrueFrame>,
}

impl FrameSource for Rendered<'_> {
    fn next_frame(&mut self) -> Result<Option<TimedFrame>, FrameReadError> {
        if self.truth.len() == FRAMES {
            return Ok(None);
        }
        let (frame, truth) = self.clip.frame(self.truth.len());
        let secs = truth.secs;
        self.truth.push(truth);
        Ok(Some(TimedFrame { secs, frame }))
    }
}
