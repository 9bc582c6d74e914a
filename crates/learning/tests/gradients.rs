//! Gradients against finite differences.

use learning::gaussian::SquashedSample;
use learning::inputs::{InputBatch, InputLayout};
use learning::network::{Activations, Dropped, Network, NetworkShape, Wanted};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

const STEP: f32 = 5e-3;

fn close(found: f32, expected: f32) -> bool {
    (found - expected).abs() <= 2e-2 * expected.abs() + 2e-3
}

struct Case {
    network: Network,
    inputs: InputBatch,
    extra: Vec<f32>,
    dropped: Dropped,
    weights: Vec<f32>,
}

impl Case {
    fn new(layer_norm: bool, dropout: bool) -> Case {
        let layout = InputLayout::new(9, 2..7).unwrap();
        let mut random = ChaCha8Rng::seed_from_u64(11);
        let shape = NetworkShape {
            observation: layout.clone(),
            extra: 2,
            hidden: vec![18, 7],
            outputs: 3,
            layer_norm,
        };
        let mut network = Network::new(shape, &mut random);
        for parameter in &mut network.parameters {
            *parameter += random.random_range(-0.2..0.2);
        }
        let (mut inputs, mut extra) = (InputBatch::new(&layout, 2), Vec::new());
        for _ in 0..4 {
            let mut observation: Vec<f32> = (0..9).map(|_| random.random_range(-1.0..1.0)).collect();
            for bit in &mut observation[2..7] {
                *bit = f32::from(u8::from(*bit > 0.2));
            }
            inputs.push(&layout, &observation).unwrap();
            extra.extend((0..2).map(|_| random.random_range(-1.0..1.0f32)));
        }
        let units = if dropout { vec![vec![3, 20, 21, 71], vec![0, 27]] } else { vec![] };
        let rate = if dropout { 0.1 } else { 0.0 };
        Case {
            weights: (0..12).map(|_| random.random_range(-1.0..1.0)).collect(),
            dropped: Dropped { rate, units },
            network,
            inputs,
            extra,
        }
    }

    fn loss(&mut self, activations: &mut Activations) -> f32 {
        self.inputs.set_extra(&self.extra);
        self.network.forward(&self.inputs, &self.dropped, activations);
        activations
            .outputs
            .iter()
            .zip(&self.weights)
            .map(|(output, weight)| output * weight)
            .sum()
    }

    fn check(&mut self) {
        let mut activations = Activations::default();
        self.loss(&mut activations);
        // Bits that are never set are left alone, so what stands there must be 0 from the beginning.
        let mut gradients = vec![0.0; self.network.parameters.len()];
        let (inputs, dropped) = (&self.inputs, &self.dropped);
        let wanted = Wanted::Parameters(&mut gradients);
        self.network.backward(inputs, dropped, &mut activations, &self.weights, wanted);
        let mut by_extra = Vec::new();
        let wanted = Wanted::Extra(&mut by_extra);
        self.network.backward(inputs, dropped, &mut activations, &self.weights, wanted);
        for (index, gradient) in gradients.iter().enumerate() {
            let mut at = |offset: f32| {
                let before = self.network.parameters[index];
                self.network.parameters[index] = before + offset;
                let loss = self.loss(&mut activations);
                self.network.parameters[index] = before;
                loss
            };
            let difference = (at(STEP) - at(-STEP)) / (2.0 * STEP);
            assert!(close(*gradient, difference), "parameter {index}: {gradient} not {difference}");
        }
        for (index, gradient) in by_extra.iter().enumerate() {
            let mut at = |offset: f32| {
                let before = self.extra[index];
                self.extra[index] = before + offset;
                let loss = self.loss(&mut activations);
                self.extra[index] = before;
                loss
            };
            let difference = (at(STEP) - at(-STEP)) / (2.0 * STEP);
            assert!(close(*gradient, difference), "extra {index}: {gradient} not {difference}");
        }
    }
}

#[test]
fn of_a_plain_network() {
    Case::new(false, false).check();
}

#[test]
fn of_a_normalised_network_with_dropout() {
    Case::new(true, true).check();
}

/// The same numbers whether goal bits are listed or multiplied.
#[test]
fn listed_bits_are_the_dense_product() {
    let mut listed = Case::new(true, false);
    let layout = InputLayout::dense(9);
    let mut shape = listed.network.shape().clone();
    shape.observation = layout.clone();
    let mut dense = Network::zero(shape);
    for (to, from) in dense.named_parameters().into_iter().zip(listed.network.named_parameters()) {
        dense.parameters[to.range].copy_from_slice(&listed.network.parameters[from.range]);
    }
    dense.set_first_weights_in_observation_order(&listed.network.first_weights_in_observation_order());
    let (mut inputs, mut one) = (InputBatch::new(&layout, 2), InputBatch::new(&listed.network.shape().observation, 2));
    let observation = [0.3, -0.4, 1.0, 0.0, 1.0, 1.0, 0.0, 0.7, 0.2];
    inputs.push(&layout, &observation).unwrap();
    one.push(&listed.network.shape().observation, &observation).unwrap();
    inputs.set_extra(&[0.5, -0.5]);
    one.set_extra(&[0.5, -0.5]);
    let (mut a, mut b) = (Activations::default(), Activations::default());
    dense.forward(&inputs, &Dropped::default(), &mut a);
    listed.network.forward(&one, &Dropped::default(), &mut b);
    listed.extra.clear();
    for (a, b) in a.outputs.iter().zip(&b.outputs) {
        assert!((a - b).abs() < 1e-5, "{a} {b}");
    }
}

#[test]
fn of_a_squashed_normal_distribution() {
    let (noise, weight, by_actions) = ([0.3, -1.2, 0.8, 0.1], 0.7, [0.5, -0.25, 1.0, -0.6]);
    let outputs = [0.2, -0.4, -0.5, 0.3, 1.1, 0.6, -1.0, 0.2];
    let loss = |outputs: &[f32]| {
        let mut sample = SquashedSample::default();
        sample.draw(outputs, &noise, 2);
        let actions: f32 = sample.actions.iter().zip(by_actions).map(|(action, by)| action * by).sum();
        weight * sample.log_probabilities.iter().sum::<f32>() + actions
    };
    let mut sample = SquashedSample::default();
    sample.draw(&outputs, &noise, 2);
    let mut gradient = Vec::new();
    sample.backward(&outputs, &noise, 2, weight, &by_actions, &mut gradient);
    for index in 0..outputs.len() {
        let at = |offset: f32| {
            let mut moved = outputs;
            moved[index] += offset;
            loss(&moved)
        };
        let difference = (at(STEP) - at(-STEP)) / (2.0 * STEP);
        assert!(
            close(gradient[index], difference),
            "output {index}: {} not {difference}",
            gradient[index]
        );
    }
}
