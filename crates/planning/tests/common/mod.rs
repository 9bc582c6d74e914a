//! What the tests of this crate share: the fetched library and hands (`make models`), and short scores.

use bootstrap::models::ModelStore;
use piano::{Finger, FingeredNote, Note, Pitch};
use planning::models::Models;
use simulation::mujoco::Mujoco;
use simulation::scene::{HandAssets, MESH_FILES, SceneSettings};
use simulation::score::{FrameSettings, Score};

/// Notes as (onset and offset in seconds, MIDI pitch, PIG's finger; 0 is unknown), after half a second of silence.
pub fn score(notes: &[(f64, f64, u8, i8)]) -> Score {
    let note = |&(onset_secs, offset_secs, pitch, finger): &(f64, f64, u8, i8)| FingeredNote {
        note: Note {
            pitch: Pitch::new(pitch).unwrap(),
            onset_secs,
            offset_secs,
            velocity: 80,
        },
        finger: Finger::from_pig_number(finger),
    };
    let settings = FrameSettings {
        initial_buffer_secs: 0.5,
        ..FrameSettings::default()
    };
    Score::new(&notes.iter().map(note).collect::<Vec<_>>(), &[], &settings).unwrap()
}

pub fn models(score: &Score) -> Models {
    let store = ModelStore::open().unwrap();
    let mujoco = Mujoco::load(&store.file("mujoco", "libmujoco.so").unwrap()).unwrap();
    let bytes = |name: &str| std::fs::read(store.file("robopianist", name).unwrap()).unwrap();
    let text = |name: &str| String::from_utf8(bytes(name)).unwrap();
    let assets = HandAssets {
        left_hand_xml: text("left_hand.xml"),
        right_hand_xml: text("right_hand.xml"),
        meshes: MESH_FILES.iter().map(|name| (name.to_string(), bytes(name))).collect(),
    };
    Models::build(mujoco, &assets, &SceneSettings::default(), score).unwrap()
}
