//! What the tests of this crate share: the fetched library and hands (`make models`), and the numbers make_golden.py makes too.

use bootstrap::models::ModelStore;
use piano::{Finger, FingerNumber, FingeredNote, Hand, Note, PedalInterval, Pitch};
use simulation::model::Model;
use simulation::mujoco::Mujoco;
use simulation::scene::{HandAssets, MESH_FILES, SceneSettings};

pub fn model(settings: &SceneSettings) -> Model {
    let store = ModelStore::open().unwrap();
    let mujoco = Mujoco::load(&store.file("mujoco", "libmujoco.so").unwrap()).unwrap();
    let bytes = |name: &str| std::fs::read(store.file("robopianist", name).unwrap()).unwrap();
    let text = |name: &str| String::from_utf8(bytes(name)).unwrap();
    let assets = HandAssets {
        left_hand_xml: text("left_hand.xml"),
        right_hand_xml: text("right_hand.xml"),
        meshes: MESH_FILES.iter().map(|name| (name.to_string(), bytes(name))).collect(),
    };
    Model::build(mujoco, &assets, settings).unwrap()
}

fn splitmix(state: u64) -> u64 {
    let state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
    let mixed = (state ^ (state >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    mixed ^ (mixed >> 31)
}

/// Independent numbers in [-1, 1).
pub fn noise(step: usize, column: usize) -> f32 {
    ((splitmix(1_000_003 * step as u64 + column as u64) >> 40) as f64 / f64::from(1 << 23) - 1.0) as f32
}

/// Each column swings between -1 and 1 in its own time.
pub fn waves(step: usize, column: usize) -> f32 {
    let column = column as u64;
    let phase = (splitmix(column) + step as u64 * (20 + splitmix(column + 1000) % 60)) % 2048;
    let phase = if phase < 1024 { phase } else { 2048 - phase };
    (phase as f64 / 512.0 - 1.0) as f32
}

/// A walk of both hands with repeated notes, chords and overlaps.
pub fn notes(seed: u64, count: u64) -> Vec<FingeredNote> {
    let mut notes = Vec::new();
    for (number, (center, hand)) in [(64, Hand::Right), (48, Hand::Left)].into_iter().enumerate() {
        let number = number as u64;
        let mut tick = 3 + 5 * number;
        for index in 0..count {
            let state = splitmix(100_000 * seed + 1000 * number + index);
            let length = 2 + (state >> 8) % 40;
            notes.push(FingeredNote {
                note: Note {
                    pitch: Pitch::new((center + state % 13 - 6) as u8).unwrap(),
                    onset_secs: tick as f64 / 64.0,
                    offset_secs: (tick + length) as f64 / 64.0,
                    velocity: (1 + (state >> 16) % 127) as u8,
                },
                finger: Some(Finger {
                    hand,
                    finger: FingerNumber::new((1 + (state >> 24) % 5) as u8).unwrap(),
                }),
            });
            tick += (state >> 32) % 24;
        }
    }
    notes
}

pub fn pedal(seed: u64, count: u64) -> Vec<PedalInterval> {
    let mut intervals = Vec::new();
    let mut tick = 10;
    for index in 0..count {
        let state = splitmix(777 * seed + index);
        let up = tick + 1 + state % 90;
        intervals.push(PedalInterval {
            start_secs: tick as f64 / 64.0,
            end_secs: up as f64 / 64.0,
        });
        tick = up + 1 + (state >> 8) % 60;
    }
    intervals
}
