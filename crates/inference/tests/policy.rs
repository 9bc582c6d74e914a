//! A trained policy's ONNX file, run by ONNX Runtime, acts as the policy does.

use bootstrap::models::ModelStore;
use inference::runtime::{Runtime, SessionSettings};
use learning::inputs::InputLayout;
use learning::network::{Network, NetworkShape};
use learning::policy::{Policy, Relative, Squashing};
use ort::value::TensorRef;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

const OBSERVATIONS: usize = 5;

fn check(layer_norm: bool, squashing: Squashing, relative: Option<Relative>) {
    let mut random = ChaCha8Rng::seed_from_u64(3);
    let observation = InputLayout::new(40, 7..31).unwrap();
    let shape = NetworkShape {
        observation: observation.clone(),
        extra: 0,
        hidden: vec![32, 16],
        outputs: 6,
        layer_norm,
    };
    let mut network = Network::new(shape, &mut random);
    for parameter in &mut network.parameters {
        *parameter += random.random_range(-0.1..0.1);
    }
    let mut policy = Policy::new(network, 3, squashing, "forty numbers".into());
    if let Some(relative) = relative {
        policy = policy.relative_to(relative);
    }
    let library = ModelStore::open().unwrap().file("onnxruntime", "libonnxruntime.so").unwrap();
    let settings = SessionSettings { intra_threads: 1 };
    let mut session = Runtime::load(&library)
        .unwrap()
        .session("policy", &policy.to_onnx(), settings)
        .unwrap();
    assert_eq!(session.metadata().unwrap().custom("observation_contract").unwrap(), "forty numbers");

    let mut seen: Vec<f32> = (0..OBSERVATIONS * 40).map(|_| random.random_range(-2.0..2.0)).collect();
    for row in seen.chunks_exact_mut(40) {
        for bit in &mut row[observation.bits()] {
            *bit = f32::from(u8::from(*bit > 1.0));
        }
    }
    let input = TensorRef::from_array_view(([OBSERVATIONS, 40], seen.as_slice())).unwrap();
    let outputs = session.run(ort::inputs!["observation" => input]).unwrap();
    let (shape, actions) = outputs["action"].try_extract_tensor::<f32>().unwrap();
    assert_eq!(shape.as_ref(), [OBSERVATIONS as i64, 3]);
    for (row, actions) in seen.chunks_exact(40).zip(actions.chunks_exact(3)) {
        let mut ours = [0.0; 3];
        policy.act(row, &mut ours).unwrap();
        for (ours, theirs) in ours.iter().zip(actions) {
            assert!((ours - theirs).abs() < 1e-5, "{ours} {theirs}");
        }
    }
}

#[test]
fn droqs_policy() {
    check(false, Squashing::Tanh, None);
}

#[test]
fn a_normalised_policy_cut_off_at_its_ends() {
    check(true, Squashing::Clip, None);
}

#[test]
fn a_policy_whose_actions_are_relative_to_what_it_sees() {
    let relative = Relative {
        base: vec![Some(3), None, Some(39)],
        scale: vec![0.25, 1.0, 0.01],
    };
    check(true, Squashing::Clip, Some(relative));
}
