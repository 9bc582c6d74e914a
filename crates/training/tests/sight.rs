//! What policies are shown, in the real scene.

use bootstrap::models::ModelStore;
use piano::{Finger, FingeredNote, Hand, Note, Pitch};
use simulation::environment::{Environment, EpisodeStatus, TaskSettings};
use simulation::model::Model;
use simulation::mujoco::Mujoco;
use simulation::scene::piano::key_center;
use simulation::scene::{HandAssets, MESH_FILES, SceneSettings};
use simulation::score::{FrameSettings, Score};
use std::sync::Arc;
use training::sight::{Contract, Sight};

fn model() -> Model {
    let store = ModelStore::open().unwrap();
    let bytes = |name: &str| std::fs::read(store.file("robopianist", name).unwrap()).unwrap();
    let text = |name: &str| String::from_utf8(bytes(name)).unwrap();
    let assets = HandAssets {
        left_hand_xml: text("left_hand.xml"),
        right_hand_xml: text("right_hand.xml"),
        meshes: MESH_FILES.iter().map(|name| (name.to_string(), bytes(name))).collect(),
    };
    let mujoco = Mujoco::load(&store.file("mujoco", "libmujoco.so").unwrap()).unwrap();
    Model::build(mujoco, &assets, &SceneSettings::default()).unwrap()
}

fn note(midi: u8, onset_secs: f64, finger: Option<Finger>) -> FingeredNote {
    FingeredNote {
        note: Note {
            pitch: Pitch::new(midi).unwrap(),
            onset_secs,
            offset_secs: onset_secs + 0.4,
            velocity: 64,
        },
        finger,
    }
}

fn right(number: usize) -> Finger {
    Finger::all().filter(|finger| finger.hand == Hand::Right).nth(number - 1).unwrap()
}

fn score(notes: &[FingeredNote]) -> Score {
    Score::new(notes, &[], &FrameSettings::default()).unwrap()
}

#[test]
fn a_finger_sees_how_far_it_is_from_its_key_and_when_it_is_due() {
    let model = model();
    let (thumb, middle) = (right(1), right(3));
    let score = score(&[note(60, 0.0, Some(thumb)), note(66, 0.5, Some(middle))]);
    let sight = Sight::new(&model, &score).unwrap();
    let mut environment = Environment::new(&model, Arc::new(score), TaskSettings::default());
    let mut seen = vec![f32::NAN; sight.layout().len()];
    let neutral = vec![0.0; model.action_len()];
    while environment.status() == EpisodeStatus::Running {
        sight.see(&environment, &mut seen);
        assert!(seen.iter().all(|number| number.is_finite() && number.abs() <= 40.0));
        let frame = environment.frame();
        let (of_thumb, of_middle, of_left) = (&seen[..19], &seen[2 * 19..3 * 19], &seen[5 * 19..6 * 19]);
        // C4 is white and held for its first seven frames at least; F sharp, which is black, begins at frame 10.
        if frame < 7 {
            let away = (environment.fingertip(thumb)[1] - key_center(Pitch::new(60).unwrap())[1]) / 0.05;
            assert!((f64::from(of_thumb[2]) - away.clamp(-3.0, 3.0)).abs() < 1e-5);
            assert_eq!((of_thumb[0], of_thumb[5], of_thumb[6]), (1.0, 0.0, 1.0));
            assert_eq!((of_middle[0], of_middle[5], of_middle[6]), (1.0, 1.0, 0.0));
            let wait = (frame as f64 - 10.0).exp();
            assert!((f64::from(of_middle[7]) - wait).abs() < 1e-6, "frame {frame}");
        }
        assert_eq!(of_left[0], 0.0, "the left hand has no task");
        environment.step(&neutral).unwrap();
    }
}

#[test]
fn a_score_with_an_unknown_finger_is_refused() {
    let refused = Sight::new(&model(), &score(&[note(60, 0.0, None)])).unwrap_err();
    assert!(refused.to_string().contains("finger"), "{refused}");
}

#[test]
fn the_contract_says_what_the_network_is_shown() {
    let model = model();
    let contract = Contract::new(&model);
    let read: Contract = serde_json::from_str(&serde_json::to_string(&contract).unwrap()).unwrap();
    assert_eq!(read, contract);
    assert_eq!(contract.layout.len(), 10 * 19 + 2 * 12 + 2 * model.controls().len() + 1);
}
