//! Normal distributions over actions, squashed into -1..1 by a hyperbolic tangent: sampling, its likelihood, and the way back.

use crate::arithmetic::elementary::{exp, softplus, tanh};
use crate::arithmetic::{Kernel, rows, vectorised};
use std::f32::consts::LN_2;

/// Bounds of the logarithm of a standard deviation, as robopianist-rl has them.
pub const LOG_DEVIATION_BOUNDS: [f32; 2] = [-20.0, 2.0];
/// ln(2 pi) / 2.
const HALF_LN_TWO_PI: f32 = 0.918_938_5;

/// Sampled actions and what the way back needs.
#[derive(Clone, Debug, Default)]
pub struct SquashedSample {
    /// Actions, `[batch][actions]`.
    pub actions: Vec<f32>,
    /// Logarithm of each row's probability density.
    pub log_probabilities: Vec<f32>,
    deviations: Vec<f32>,
}

impl SquashedSample {
    /// Samples with the given normal noise from a network's outputs, each row means and then logarithms of standard deviations.
    pub fn draw(&mut self, outputs: &[f32], noise: &[f32], action_len: usize) {
        self.actions.resize(noise.len(), 0.0);
        self.deviations.resize(noise.len(), 0.0);
        self.log_probabilities.resize(noise.len() / action_len, 0.0);
        vectorised(Draw {
            outputs,
            noise,
            action_len,
            sample: self,
        });
    }

    /// The gradient of `weight * sum(log_probabilities) + loss(actions)` by the network's outputs, from that of the loss by the actions.
    pub fn backward(&self, outputs: &[f32], noise: &[f32], action_len: usize, weight: f32, by_actions: &[f32], by_outputs: &mut Vec<f32>) {
        by_outputs.resize(outputs.len(), 0.0);
        let [least, most] = LOG_DEVIATION_BOUNDS;
        for row in 0..self.log_probabilities.len() {
            let actions = row * action_len..(row + 1) * action_len;
            let outputs = &outputs[2 * actions.start..2 * actions.end];
            let (by_means, by_logs) = by_outputs[2 * actions.start..2 * actions.end].split_at_mut(action_len);
            for (index, at) in actions.enumerate() {
                let action = self.actions[at];
                // The density's logarithm falls by that of tanh's slope, whose derivative is -2 tanh.
                let by_mean = 2.0 * weight * action + by_actions[at] * (1.0 - action * action);
                let log = outputs[action_len + index];
                let within = (least..=most).contains(&log);
                by_means[index] = by_mean;
                by_logs[index] = if within {
                    by_mean * self.deviations[at] * noise[at] - weight
                } else {
                    0.0
                };
            }
        }
    }
}

struct Draw<'a> {
    outputs: &'a [f32],
    noise: &'a [f32],
    action_len: usize,
    sample: &'a mut SquashedSample,
}

impl Kernel for Draw<'_> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let (len, sample) = (self.action_len, self.sample);
        let [least, most] = LOG_DEVIATION_BOUNDS;
        let each = self.outputs.chunks_exact(2 * len).zip(self.noise.chunks_exact(len));
        let each = each.zip(sample.actions.chunks_exact_mut(len));
        let each = each.zip(sample.deviations.chunks_exact_mut(len));
        for ((((outputs, noise), actions), deviations), log_probability) in each.zip(&mut sample.log_probabilities) {
            let (means, logs) = outputs.split_at(len);
            for index in 0..len {
                deviations[index] = exp(logs[index].clamp(least, most));
                actions[index] = deviations[index].mul_add(noise[index], means[index]);
            }
            let squashing = rows::sum2(actions, actions, |x, _| 2.0 * (LN_2 - x - softplus(-2.0 * x)));
            let normal = rows::sum2(noise, logs, |noise, log| {
                -0.5 * noise * noise - log.clamp(least, most) - HALF_LN_TWO_PI
            });
            *log_probability = normal - squashing;
            for action in actions {
                *action = tanh(*action);
            }
        }
    }
}

/// What the most likely action is: the squashed means.
pub fn squashed_means(outputs: &[f32], action_len: usize, actions: &mut Vec<f32>) {
    actions.clear();
    for outputs in outputs.chunks_exact(2 * action_len) {
        actions.extend(outputs[..action_len].iter().map(|mean| tanh(*mean)));
    }
}
