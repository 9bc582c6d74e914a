//! Goal: a network learns a small piece, plays it alone, and its file plays it again to the bit; other files are refused by name.

use artifacts::StageStore;
use bootstrap::models::ModelStore;
use learning::inputs::InputLayout;
use learning::network::{Network, NetworkShape};
use learning::policy::{Policy, Squashing};
use piano::{Finger, FingeredNote, Hand, Note, Pitch};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use simulation::scene::SceneSettings;
use simulation::score::FrameSettings;
use std::num::NonZeroUsize;
use std::path::Path;
use trainer::error::TrainError;
use trainer::hands::Hands;
use trainer::piece::Piece;
use trainer::train::{Method, TrainRequest, train};
use trainer::{play, policy};
use training::imitation::ImitationSettings;
use training::metrics::Actor;

/// Five fingers of the right hand, one after another.
fn five_notes() -> Piece {
    let fingers = Finger::all().filter(|finger| finger.hand == Hand::Right);
    let notes = [60, 62, 64, 65, 67].into_iter().zip(fingers).enumerate();
    let notes = notes.map(|(index, (midi, finger))| FingeredNote {
        note: Note {
            pitch: Pitch::new(midi).unwrap(),
            onset_secs: 0.3 * index as f64,
            offset_secs: 0.3 * index as f64 + 0.25,
            velocity: 64,
        },
        finger: Some(finger),
    });
    Piece::of_notes("five notes", notes.collect())
}

fn request() -> TrainRequest {
    TrainRequest {
        method: Method::Clone,
        frames: FrameSettings {
            initial_buffer_secs: 0.5,
            ..FrameSettings::default()
        },
        scene: SceneSettings::default(),
        follow_person: true,
        velocities: false,
        control_steps_max: Some(4000),
        imitation: ImitationSettings {
            rounds: 6,
            updates: 150,
            ..ImitationSettings::default()
        },
        seed: 1,
        threads: NonZeroUsize::new(2).unwrap(),
    }
}

#[test]
fn a_network_learns_a_piece_and_plays_it_alone() {
    let hands = Hands::load(&ModelStore::open().unwrap()).unwrap();
    let (piece, request) = (five_notes(), request());
    let folder = tempfile::tempdir().unwrap();
    let mut told = Vec::new();
    let mut advanced = |progress: trainer::train::Progress| {
        told.extend(progress.f1);
        true
    };
    let stages = StageStore::at(&folder.path().join("stages"));
    let trained = train(&hands, &piece, &request, &stages, folder.path(), &mut advanced).unwrap();
    let performed = &trained.performed;
    assert_eq!(performed.metrics.actor, Actor::Policy);
    assert!(
        performed.metrics.frame_without_buffer.f1 > 0.8,
        "{:?}",
        performed.metrics.frame_without_buffer
    );
    assert!(told.len() > 6, "what it plays is told: {told:?}");
    let curve = std::fs::read_to_string(folder.path().join(policy::CURVE_FILE)).unwrap();
    assert_eq!(curve.lines().count(), 1 + 6);
    assert!(folder.path().join(policy::ONNX_FILE).is_file());

    let file = policy::file_at(folder.path()).unwrap();
    let (again, _) = play::with_policy(&hands, &file, &piece, &request.frames).unwrap();
    assert_eq!(again.rollout.actions, performed.rollout.actions);
    assert_eq!(again.metrics.frame, performed.metrics.frame);
}

#[test]
fn a_plan_that_was_stopped_goes_on_and_ends_as_if_it_had_not_been() {
    let hands = Hands::load(&ModelStore::open().unwrap()).unwrap();
    let (piece, folder) = (five_notes(), tempfile::tempdir().unwrap());
    let request = TrainRequest {
        method: Method::Plan,
        ..request()
    };
    let stages = StageStore::at(&folder.path().join("stages"));
    let whole = train(&hands, &piece, &request, &stages, folder.path(), &mut |_| true).unwrap();
    // All of it is there now: nothing is simulated that was before.
    let mut seen = Vec::new();
    let mut advanced = |progress: trainer::train::Progress| {
        seen.push((progress.stage, progress.share));
        true
    };
    let again = train(&hands, &piece, &request, &stages, folder.path(), &mut advanced).unwrap();
    assert_eq!(again.performed.rollout.actions, whole.performed.rollout.actions);
    assert!(!seen.iter().any(|(stage, _)| *stage == "planning"), "{seen:?}");
    // Another plan is not taken for it.
    let other = TrainRequest { seed: 2, ..request };
    let mut begun = None;
    let mut stopped = |progress: trainer::train::Progress| {
        begun = (progress.stage == "planning").then_some(progress.share).or(begun);
        begun.is_none()
    };
    let refused = train(&hands, &piece, &other, &stages, folder.path(), &mut stopped);
    assert!(matches!(refused, Err(TrainError::Stopped)));
    assert!(begun.unwrap() < 1.0, "it begins at the beginning: {begun:?}");
}

#[test]
fn what_is_no_policy_is_refused_by_name() {
    let hands = Hands::load(&ModelStore::open().unwrap()).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let refused = |error: TrainError| match error {
        TrainError::Refused(refusal) => refusal.code,
        other => panic!("{other:?}"),
    };
    assert_eq!(refused(policy::file_at(folder.path()).unwrap_err()), "policy_unreadable");
    let broken = folder.path().join(policy::POLICY_FILE);
    std::fs::write(&broken, b"no network").unwrap();
    let frames = FrameSettings::default();
    let play = |file: &Path| play::with_policy(&hands, file, &five_notes(), &frames).map(drop).unwrap_err();
    assert_eq!(refused(play(&broken)), "policy_unreadable");
    let other = small_policy("{}");
    std::fs::write(&broken, other.to_safetensors().unwrap()).unwrap();
    assert_eq!(refused(play(&broken)), "policy_for_other_hands");
}

/// A network for a body of two joints.
fn small_policy(contract: &str) -> Policy {
    let shape = NetworkShape {
        observation: InputLayout::dense(3),
        extra: 0,
        hidden: vec![4],
        outputs: 2,
        layer_norm: false,
    };
    let network = Network::new(shape, &mut ChaCha8Rng::seed_from_u64(1));
    Policy::new(network, 2, Squashing::Clip, contract.to_owned())
}
