//! Networks: hidden layers of GELU, if wanted with dropout and normalisation before it, and a linear last layer.
//!
//! A hidden layer is matrix product, bias, dropout, normalisation, GELU, in the order of robopianist-rl. All parameters of a network are
//! one row of numbers: what moves them (Adam, averaging) and what keeps them (checkpoints) need not know their shapes.

mod backward;
mod forward;

pub use backward::Wanted;
pub use forward::{Activations, Dropped};

use crate::inputs::InputLayout;
use rand::{Rng, RngExt};
use serde::{Deserialize, Serialize};
use std::ops::Range;

/// What a network is made of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NetworkShape {
    /// The observation.
    pub observation: InputLayout,
    /// Numbers that come beside the observation: a critic's action.
    pub extra: usize,
    /// Units of each hidden layer.
    pub hidden: Vec<usize>,
    /// Numbers that come out.
    pub outputs: usize,
    /// Whether hidden layers are normalised.
    pub layer_norm: bool,
}

/// Where a layer's parameters are among the network's.
#[derive(Clone, Debug)]
pub(crate) struct Layer {
    pub(crate) inputs: usize,
    pub(crate) outputs: usize,
    /// `[inputs][outputs]`; the first layer's inputs are ordered: dense numbers, numbers beside the observation, bits.
    pub(crate) weight: Range<usize>,
    pub(crate) bias: Range<usize>,
    /// Scale and shift after normalising.
    pub(crate) norm: Option<(Range<usize>, Range<usize>)>,
}

/// A network: its shape and its parameters.
#[derive(Clone, Debug)]
pub struct Network {
    shape: NetworkShape,
    layers: Vec<Layer>,
    /// All parameters.
    pub parameters: Vec<f32>,
}

/// A parameter by name: where it is and its shape.
#[derive(Clone, Debug)]
pub struct NamedParameter {
    /// The layer's number and what it is there: `0.weight`, `0.bias`, `0.norm_scale`, `0.norm_bias`.
    pub name: String,
    /// Lengths of its axes.
    pub shape: Vec<usize>,
    /// Where it is among the parameters.
    pub range: Range<usize>,
}

impl Network {
    /// A network with Xavier-uniform weights, zero biases, and normalisation that leaves things as they are.
    pub fn new(shape: NetworkShape, random: &mut impl Rng) -> Network {
        let mut network = Network::zero(shape);
        for layer in &network.layers {
            let limit = (6.0 / (layer.inputs + layer.outputs) as f32).sqrt();
            for weight in &mut network.parameters[layer.weight.clone()] {
                *weight = random.random_range(-limit..=limit);
            }
        }
        network
    }

    /// A network whose weights and biases are all 0.
    pub fn zero(shape: NetworkShape) -> Network {
        let layers = layers(&shape);
        let count = layers.last().map_or(0, |layer| layer.bias.end);
        let mut parameters = vec![0.0; count];
        for (scale, _) in layers.iter().filter_map(|layer| layer.norm.clone()) {
            parameters[scale].fill(1.0);
        }
        Network { shape, layers, parameters }
    }

    /// What it is made of.
    pub fn shape(&self) -> &NetworkShape {
        &self.shape
    }

    /// Multiplies the last layer's weights: policies often begin close to 0.
    pub fn scale_last_layer(&mut self, factor: f32) {
        if let Some(last) = self.layers.last() {
            for weight in &mut self.parameters[last.weight.clone()] {
                *weight *= factor;
            }
        }
    }

    /// Every parameter by name, in order.
    pub fn named_parameters(&self) -> Vec<NamedParameter> {
        let mut named = Vec::new();
        for (number, layer) in self.layers.iter().enumerate() {
            let mut add = |kind: &str, shape: Vec<usize>, range: &Range<usize>| {
                named.push(NamedParameter {
                    name: format!("{number}.{kind}"),
                    shape,
                    range: range.clone(),
                });
            };
            add("weight", vec![layer.inputs, layer.outputs], &layer.weight);
            if let Some((scale, shift)) = &layer.norm {
                add("norm_scale", vec![layer.outputs], scale);
                add("norm_bias", vec![layer.outputs], shift);
            }
            add("bias", vec![layer.outputs], &layer.bias);
        }
        named
    }

    /// The first layer's weights with rows in the order of the observation, then what is beside it.
    pub fn first_weights_in_observation_order(&self) -> Vec<f32> {
        let first = &self.layers[0];
        let weights = &self.parameters[first.weight.clone()];
        self.row_order()
            .flat_map(|row| &weights[row * first.outputs..(row + 1) * first.outputs])
            .copied()
            .collect()
    }

    /// The reverse of [`Network::first_weights_in_observation_order`]. Panics unless there are as many weights.
    pub fn set_first_weights_in_observation_order(&mut self, ordered: &[f32]) {
        let first = self.layers[0].clone();
        assert_eq!(ordered.len(), first.weight.len(), "as many weights as the first layer has");
        let order = self.row_order();
        let weights = &mut self.parameters[first.weight];
        for (row, ordered) in order.zip(ordered.chunks_exact(first.outputs)) {
            weights[row * first.outputs..(row + 1) * first.outputs].copy_from_slice(ordered);
        }
    }

    /// For each number of the observation, and each beside it, its row among the first layer's weights.
    fn row_order(&self) -> impl Iterator<Item = usize> + use<> {
        let inputs = self.layers[0].inputs;
        let (observation, extra) = (&self.shape.observation, self.shape.extra);
        let (bits, dense) = (observation.bits(), observation.dense_len());
        let (before, after) = (0..bits.start, bits.start..dense);
        before.chain(dense + extra..inputs).chain(after).chain(dense..dense + extra)
    }

    /// The parameters of the first layer's weights that belong to bits, and how many belong to each.
    pub(crate) fn bit_rows(&self) -> (Range<usize>, usize) {
        let first = &self.layers[0];
        let rows_before = self.shape.observation.dense_len() + self.shape.extra;
        (first.weight.start + rows_before * first.outputs..first.weight.end, first.outputs)
    }
}

fn layers(shape: &NetworkShape) -> Vec<Layer> {
    let mut end = 0;
    let mut next = |len: usize| {
        end += len;
        end - len..end
    };
    let mut inputs = shape.observation.len() + shape.extra;
    let mut layers = Vec::new();
    let hidden = shape.hidden.iter().map(|units| (*units, shape.layer_norm));
    for (outputs, normalised) in hidden.chain([(shape.outputs, false)]) {
        layers.push(Layer {
            inputs,
            outputs,
            weight: next(inputs * outputs),
            norm: normalised.then(|| (next(outputs), next(outputs))),
            bias: next(outputs),
        });
        inputs = outputs;
    }
    layers
}
