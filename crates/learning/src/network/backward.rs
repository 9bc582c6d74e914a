//! From the gradient of the outputs to the gradients of parameters, or of what stands beside the observation.

use super::forward::{Activations, Dropped, HiddenActivations};
use super::{Layer, Network};
use crate::arithmetic::matmul::{Into, Matrix, multiply};
use crate::arithmetic::{Kernel, rows, vectorised};
use crate::inputs::InputBatch;

/// What is wanted of the way back.
#[derive(Debug)]
pub enum Wanted<'a> {
    /// The gradient of every parameter, in the parameters' order. Rows of bits that are not set in the batch are left as they are.
    Parameters(&'a mut [f32]),
    /// The gradient of what stands beside the observation, one row after another.
    Extra(&'a mut Vec<f32>),
}

impl Network {
    /// Goes back through the pass that left `activations`, with the same inputs and dropped units.
    pub fn backward(
        &self,
        inputs: &InputBatch,
        dropped: &Dropped,
        activations: &mut Activations,
        outputs_gradient: &[f32],
        mut wanted: Wanted<'_>,
    ) {
        let batch = activations.batch;
        let Activations {
            hidden,
            gradient,
            gradient_before,
            ..
        } = activations;
        gradient.clear();
        gradient.extend_from_slice(outputs_gradient);
        for (number, layer) in self.layers.iter().enumerate().rev() {
            if let Some(above) = hidden.get(number) {
                let norm_gradients = self.hidden_backward(layer, dropped.in_layer(number), dropped.scale(), above, gradient);
                if let (Wanted::Parameters(gradients), Some((scale, shift)), Some((scale_gradient, shift_gradient))) =
                    (&mut wanted, &layer.norm, norm_gradients)
                {
                    gradients[scale.clone()].copy_from_slice(&scale_gradient);
                    gradients[shift.clone()].copy_from_slice(&shift_gradient);
                }
            }
            if let Wanted::Parameters(gradients) = &mut wanted {
                vectorised(SumRows {
                    rows: gradient,
                    sums: &mut gradients[layer.bias.clone()],
                });
            }
            let Some(below) = number.checked_sub(1).map(|below| &hidden[below]) else {
                self.inputs_backward(inputs, gradient, &mut wanted);
                return;
            };
            gradient_before.resize(batch * layer.inputs, 0.0);
            let above = Matrix::new(gradient, batch, layer.outputs);
            let weight = Matrix::new(&self.parameters[layer.weight.clone()], layer.inputs, layer.outputs);
            let mut through = || multiply(gradient_before, Into::Replace, above, weight.transposed());
            match &mut wanted {
                Wanted::Parameters(gradients) => {
                    let below = Matrix::new(&below.activated, batch, layer.inputs).transposed();
                    let of_weight = &mut gradients[layer.weight.clone()];
                    rayon::join(through, || multiply(of_weight, Into::Replace, below, above));
                }
                Wanted::Extra(_) => through(),
            }
            std::mem::swap(gradient, gradient_before);
        }
    }

    /// From after a hidden layer's GELU to before its bias, in place; the gradients of scale and shift.
    fn hidden_backward(
        &self,
        layer: &Layer,
        dropped: &[u32],
        scale: f32,
        above: &HiddenActivations,
        gradient: &mut [f32],
    ) -> Option<(Vec<f32>, Vec<f32>)> {
        let width = layer.outputs;
        let norm_scale = layer.norm.as_ref().map(|(scale, _)| &self.parameters[scale.clone()]);
        let mut norm_gradients = norm_scale.map(|_| (vec![0.0; width], vec![0.0; width]));
        let norm = match (norm_scale, &mut norm_gradients) {
            (Some(scale), Some((by_scale, by_shift))) => Some((scale, by_scale.as_mut_slice(), by_shift.as_mut_slice())),
            _ => None,
        };
        vectorised(HiddenBackward {
            width,
            norm,
            scale,
            dropped,
            above,
            gradient,
        });
        norm_gradients
    }

    fn inputs_backward(&self, inputs: &InputBatch, gradient: &[f32], wanted: &mut Wanted<'_>) {
        let layer = &self.layers[0];
        let (batch, width) = (inputs.len(), layer.outputs);
        let dense = self.shape.observation.dense_len();
        let above = Matrix::new(gradient, batch, width);
        match wanted {
            Wanted::Extra(extra) => {
                extra.resize(batch * self.shape.extra, 0.0);
                let first = layer.weight.start + dense * width;
                let weights = &self.parameters[first..first + self.shape.extra * width];
                let weight = Matrix::new(weights, self.shape.extra, width);
                multiply(extra, Into::Replace, above, weight.transposed());
            }
            Wanted::Parameters(gradients) => {
                let (bit_rows, _) = self.bit_rows();
                let rows = Matrix::strided(inputs.rows(), batch, dense + self.shape.extra, inputs.stride());
                let of_dense = &mut gradients[layer.weight.start..bit_rows.start];
                multiply(of_dense, Into::Replace, rows.transposed(), above);
                let of_bits = &mut gradients[bit_rows];
                vectorised(SumRowsOfBits {
                    inputs,
                    gradient,
                    width,
                    of_bits,
                });
            }
        }
    }
}

/// For each bit, the sum of the gradients of the rows in which it is set.
struct SumRowsOfBits<'a> {
    inputs: &'a InputBatch,
    gradient: &'a [f32],
    width: usize,
    of_bits: &'a mut [f32],
}

impl Kernel for SumRowsOfBits<'_> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let width = self.width;
        for bit in self.inputs.all_set_bits() {
            self.of_bits[*bit as usize * width..][..width].fill(0.0);
        }
        for (row, gradient) in self.gradient.chunks_exact(width).enumerate() {
            for bit in self.inputs.set_bits(row) {
                rows::add(&mut self.of_bits[*bit as usize * width..][..width], gradient);
            }
        }
    }
}

/// The sum of all rows.
struct SumRows<'a> {
    rows: &'a [f32],
    sums: &'a mut [f32],
}

impl Kernel for SumRows<'_> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        self.sums.fill(0.0);
        for row in self.rows.chunks_exact(self.sums.len()) {
            rows::add(self.sums, row);
        }
    }
}

/// Each row from after GELU to before the bias, in place.
struct HiddenBackward<'a> {
    width: usize,
    /// Scale after normalising, and the gradients of scale and shift.
    norm: Option<(&'a [f32], &'a mut [f32], &'a mut [f32])>,
    scale: f32,
    dropped: &'a [u32],
    above: &'a HiddenActivations,
    gradient: &'a mut [f32],
}

impl Kernel for HiddenBackward<'_> {
    type Output = ();

    #[inline(always)]
    fn call(mut self) {
        let (width, above) = (self.width, self.above);
        let each = self.gradient.chunks_exact_mut(width);
        let each = each.zip(above.normalised.chunks_exact(width)).zip(above.slope.chunks_exact(width));
        let mut next_dropped = 0;
        for (row, ((gradient, x), slope)) in each.enumerate() {
            for (gradient, slope) in gradient.iter_mut().zip(slope) {
                *gradient *= slope;
            }
            if let Some((norm_scale, by_scale, by_shift)) = &mut self.norm {
                for ((by_scale, gradient), x) in by_scale.iter_mut().zip(gradient.iter()).zip(x) {
                    *by_scale = gradient.mul_add(*x, *by_scale);
                }
                rows::add(by_shift, gradient);
                for (gradient, norm_scale) in gradient.iter_mut().zip(norm_scale.iter()) {
                    *gradient *= norm_scale;
                }
                rows::normalise_backward(gradient, x, above.inverse_deviations[row]);
            }
            for gradient in gradient.iter_mut() {
                *gradient *= self.scale;
            }
            next_dropped = rows::drop(gradient, row, self.dropped, next_dropped);
        }
    }
}
