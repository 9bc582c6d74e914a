//! From a batch of inputs to outputs.

use super::{Layer, Network};
use crate::arithmetic::matmul::{Into, Matrix, multiply};
use crate::arithmetic::{Kernel, rows, vectorised};
use crate::inputs::InputBatch;

/// What a pass through a network left behind for the way back. Buffers are kept from batch to batch.
#[derive(Clone, Debug, Default)]
pub struct Activations {
    pub(super) batch: usize,
    pub(super) hidden: Vec<HiddenActivations>,
    /// What came out, one row after another.
    pub outputs: Vec<f32>,
    /// Gradients on their way back, before and after a layer.
    pub(super) gradient: Vec<f32>,
    pub(super) gradient_before: Vec<f32>,
}

#[derive(Clone, Debug, Default)]
pub(super) struct HiddenActivations {
    /// What GELU is taken of, before scale and shift.
    pub(super) normalised: Vec<f32>,
    pub(super) inverse_deviations: Vec<f32>,
    pub(super) activated: Vec<f32>,
    /// Slope of GELU.
    pub(super) slope: Vec<f32>,
}

/// Units that are dropped in each hidden layer, rising; the others are scaled up so that the mean stays.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Dropped {
    /// Share of the units that is dropped.
    pub rate: f32,
    /// For each hidden layer, indices into its `[batch][units]`. Empty: none is.
    pub units: Vec<Vec<u32>>,
}

impl Dropped {
    pub(super) fn in_layer(&self, layer: usize) -> &[u32] {
        self.units.get(layer).map_or(&[], Vec::as_slice)
    }

    pub(super) fn scale(&self) -> f32 {
        1.0 / (1.0 - self.rate)
    }
}

impl Network {
    /// Runs the network on a batch. Its dense rows may be longer than this network's inputs: a policy reads the observation of a
    /// critic's batch.
    pub fn forward(&self, inputs: &InputBatch, dropped: &Dropped, activations: &mut Activations) {
        let batch = inputs.len();
        activations.batch = batch;
        activations.hidden.resize_with(self.layers.len() - 1, HiddenActivations::default);
        for (number, layer) in self.layers.iter().enumerate() {
            let (before, from) = activations.hidden.split_at_mut(number);
            let products = match from.first_mut() {
                Some(hidden) => &mut hidden.normalised,
                None => &mut activations.outputs,
            };
            products.resize(batch * layer.outputs, 0.0);
            match before.last() {
                None => self.multiply_inputs(inputs, products),
                Some(below) => {
                    let left = Matrix::new(&below.activated, batch, layer.inputs);
                    multiply(products, Into::Replace, left, self.weight(layer));
                }
            }
            match from.first_mut() {
                Some(hidden) => self.finish_hidden(layer, dropped.in_layer(number), dropped.scale(), hidden),
                None => self.add_bias(layer, &mut activations.outputs),
            }
        }
    }

    fn weight(&self, layer: &Layer) -> Matrix<'_> {
        Matrix::new(&self.parameters[layer.weight.clone()], layer.inputs, layer.outputs)
    }

    fn multiply_inputs(&self, inputs: &InputBatch, products: &mut [f32]) {
        let layer = &self.layers[0];
        let dense = self.shape.observation.dense_len() + self.shape.extra;
        let weights = &self.parameters[layer.weight.clone()];
        let left = Matrix::strided(inputs.rows(), inputs.len(), dense, inputs.stride());
        let right = Matrix::new(weights, dense, layer.outputs);
        multiply(products, Into::Replace, left, right);
        let (bit_rows, width) = self.bit_rows();
        let bit_weights = &self.parameters[bit_rows];
        if bit_weights.is_empty() {
            return;
        }
        vectorised(AddWeightsOfBits {
            inputs,
            weights: bit_weights,
            width,
            products,
        });
    }

    fn finish_hidden(&self, layer: &Layer, dropped: &[u32], scale: f32, hidden: &mut HiddenActivations) {
        let width = layer.outputs;
        let bias = &self.parameters[layer.bias.clone()];
        let affine = layer
            .norm
            .as_ref()
            .map(|(norm_scale, norm_bias)| (&self.parameters[norm_scale.clone()], &self.parameters[norm_bias.clone()]));
        hidden.activated.resize(hidden.normalised.len(), 0.0);
        hidden.slope.resize(hidden.normalised.len(), 0.0);
        hidden.inverse_deviations.resize(hidden.normalised.len() / width, 0.0);
        vectorised(FinishHidden {
            bias,
            scale,
            dropped,
            affine,
            hidden,
        });
    }

    fn add_bias(&self, layer: &Layer, outputs: &mut [f32]) {
        let bias = &self.parameters[layer.bias.clone()];
        for row in outputs.chunks_exact_mut(layer.outputs) {
            rows::add(row, bias);
        }
    }
}

/// Adds the weights of each row's set bits.
struct AddWeightsOfBits<'a> {
    inputs: &'a InputBatch,
    weights: &'a [f32],
    width: usize,
    products: &'a mut [f32],
}

impl Kernel for AddWeightsOfBits<'_> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        for (row, products) in self.products.chunks_exact_mut(self.width).enumerate() {
            for bit in self.inputs.set_bits(row) {
                rows::add(products, &self.weights[*bit as usize * self.width..][..self.width]);
            }
        }
    }
}

/// Bias, dropout, normalisation and GELU of each row of products.
struct FinishHidden<'a> {
    bias: &'a [f32],
    scale: f32,
    dropped: &'a [u32],
    affine: Option<(&'a [f32], &'a [f32])>,
    hidden: &'a mut HiddenActivations,
}

impl Kernel for FinishHidden<'_> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let (width, hidden) = (self.bias.len(), self.hidden);
        let each = hidden.normalised.chunks_exact_mut(width);
        let each = each.zip(hidden.activated.chunks_exact_mut(width));
        let each = each.zip(hidden.slope.chunks_exact_mut(width)).zip(&mut hidden.inverse_deviations);
        let mut next_dropped = 0;
        for (row, (((x, activated), slope), inverse_deviation)) in each.enumerate() {
            for (x, bias) in x.iter_mut().zip(self.bias) {
                *x = (*x + bias) * self.scale;
            }
            next_dropped = rows::drop(x, row, self.dropped, next_dropped);
            if self.affine.is_some() {
                *inverse_deviation = rows::normalise(x);
            }
            rows::activate(x, self.affine, activated, slope);
        }
    }
}
