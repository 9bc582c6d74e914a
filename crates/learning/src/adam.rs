//! Adam, as optax's `adam` computes it, and the slow average that target networks follow.

use crate::arithmetic::{Kernel, vectorised};
use crate::inputs::InputBatch;
use crate::network::Network;
use rayon::prelude::*;
use std::ops::Range;
use std::slice;

/// Share of the first moment that is kept; optax's default.
const FIRST_DECAY: f32 = 0.9;
/// Share of the second moment that is kept; optax's default.
const SECOND_DECAY: f32 = 0.999;
/// Added to the root of the second moment; optax's default.
const EPSILON: f32 = 1e-8;
/// Parameters that a thread moves at a time: small enough for its cache, large enough to be worth handing over.
const CHUNK: usize = 16_384;

/// The moments of a network's gradients.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Adam {
    /// Mean of the gradients.
    pub first: Vec<f32>,
    /// Mean of their squares.
    pub second: Vec<f32>,
    /// Steps taken.
    pub steps: u64,
    /// For each bit of the observation, whether it was ever set in a batch, so whether its weights have moments.
    seen_bits: Vec<bool>,
}

/// Moments of one number.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct ScalarAdam {
    first: f32,
    second: f32,
    steps: u64,
}

/// The factors of one step.
#[derive(Clone, Copy)]
struct Step {
    rate: f32,
    first_correction: f32,
    second_correction: f32,
    gradient_scale: f32,
}

impl Adam {
    /// Before the first step.
    pub fn new(network: &Network) -> Adam {
        let zeros = vec![0.0; network.parameters.len()];
        Adam::restore(network, zeros.clone(), zeros, 0)
    }

    /// Goes on from saved moments.
    pub fn restore(network: &Network, first: Vec<f32>, second: Vec<f32>, steps: u64) -> Adam {
        let (bit_rows, width) = network.bit_rows();
        let seen = |row: &[f32]| row.iter().any(|number| *number != 0.0);
        let moments = first[bit_rows.clone()]
            .chunks_exact(width)
            .zip(second[bit_rows].chunks_exact(width));
        Adam {
            seen_bits: moments.map(|(first, second)| seen(first) || seen(second)).collect(),
            first,
            second,
            steps,
        }
    }

    /// For numbers that are no network's.
    pub fn of_numbers(first: Vec<f32>, second: Vec<f32>, steps: u64) -> Adam {
        Adam {
            first,
            second,
            steps,
            seen_bits: Vec::new(),
        }
    }

    /// Moves numbers that are no network's.
    pub fn step_numbers(&mut self, numbers: &mut [f32], gradients: &[f32], rate: f32, gradient_scale: f32) {
        let step = self.next_step(rate, gradient_scale);
        let kernel = Move {
            step,
            parameters: numbers,
            first: &mut self.first,
            second: &mut self.second,
            gradients,
        };
        kernel.call();
    }

    /// Moves parameters against their gradients, which came from `inputs`, and lets `target`, if any, follow by `tau`.
    ///
    /// Weights of bits that were never set have no gradient and no moments: Adam would move them by exactly 0, so they are left out. A
    /// target must be equal to the network there, as one copied from it is.
    pub fn step(
        &mut self,
        network: &mut Network,
        gradients: &mut [f32],
        inputs: &InputBatch,
        rate: f32,
        gradient_scale: f32,
        mut target: Option<(&mut [f32], f32)>,
    ) {
        let (bit_rows, width) = network.bit_rows();
        self.clear_unset(gradients, inputs, bit_rows.start, width);
        let step = self.next_step(rate, gradient_scale);
        // Runs of parameters to move: what is before the bits, runs of seen bits, what is after.
        let bits = self.seen_bits.iter().enumerate().filter(|(_, seen)| **seen);
        let bits = bits.map(|(bit, _)| bit_rows.start + bit * width..bit_rows.start + (bit + 1) * width);
        let runs = std::iter::once(0..bit_rows.start)
            .chain(bits)
            .chain(std::iter::once(bit_rows.end..network.parameters.len()));
        let mut parameters = Cutter::new(&mut network.parameters);
        let (mut first, mut second) = (Cutter::new(&mut self.first), Cutter::new(&mut self.second));
        let mut target = target.as_mut().map(|(numbers, tau)| (Cutter::new(numbers), *tau));
        let mut pieces = Vec::new();
        for run in merged(runs).into_iter().flat_map(chunks) {
            let target = target.as_mut().map(|(cutter, tau)| (cutter.cut(run.clone()), *tau));
            pieces.push((
                parameters.cut(run.clone()),
                first.cut(run.clone()),
                second.cut(run.clone()),
                &gradients[run],
                target,
            ));
        }
        pieces.into_par_iter().for_each(|(parameters, first, second, gradients, target)| {
            vectorised(Move {
                step,
                parameters,
                first,
                second,
                gradients,
            });
            if let Some((target, tau)) = target {
                vectorised(Follow { target, parameters, tau });
            }
        });
    }

    /// Bits seen before but not in this batch have no gradient now; what stands there is an older one.
    fn clear_unset(&mut self, gradients: &mut [f32], inputs: &InputBatch, first_row: usize, width: usize) {
        let mut set = vec![false; self.seen_bits.len()];
        for bit in inputs.all_set_bits() {
            set[*bit as usize] = true;
            self.seen_bits[*bit as usize] = true;
        }
        for bit in (0..set.len()).filter(|bit| self.seen_bits[*bit] && !set[*bit]) {
            gradients[first_row + bit * width..][..width].fill(0.0);
        }
    }

    fn next_step(&mut self, rate: f32, gradient_scale: f32) -> Step {
        self.steps += 1;
        corrections(self.steps, rate, gradient_scale)
    }
}

impl ScalarAdam {
    /// Both moments, and the steps taken.
    pub fn parts(&self) -> ([f32; 2], u64) {
        ([self.first, self.second], self.steps)
    }

    /// Goes on from saved moments.
    pub fn from_parts([first, second]: [f32; 2], steps: u64) -> ScalarAdam {
        ScalarAdam { first, second, steps }
    }

    /// Moves one number against its gradient.
    pub fn step(&mut self, number: &mut f32, gradient: f32, rate: f32) {
        self.steps += 1;
        let step = corrections(self.steps, rate, 1.0);
        let (first, second) = (slice::from_mut(&mut self.first), slice::from_mut(&mut self.second));
        let (parameters, gradients) = (slice::from_mut(number), &[gradient]);
        let kernel = Move {
            step,
            parameters,
            first,
            second,
            gradients,
        };
        kernel.call();
    }
}

fn corrections(steps: u64, rate: f32, gradient_scale: f32) -> Step {
    // Beyond some thousands of steps the power is 0 and the count does not matter.
    let steps = i32::try_from(steps).unwrap_or(i32::MAX);
    Step {
        rate,
        first_correction: 1.0 / (1.0 - f64::from(FIRST_DECAY).powi(steps)) as f32,
        second_correction: 1.0 / (1.0 - f64::from(SECOND_DECAY).powi(steps)) as f32,
        gradient_scale,
    }
}

/// Moves parameters and their moments.
struct Move<'a> {
    step: Step,
    parameters: &'a mut [f32],
    first: &'a mut [f32],
    second: &'a mut [f32],
    gradients: &'a [f32],
}

impl Kernel for Move<'_> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let step = self.step;
        let each = self.parameters.iter_mut().zip(self.first).zip(self.second).zip(self.gradients);
        for (((parameter, first), second), gradient) in each {
            let gradient = gradient * step.gradient_scale;
            *first = FIRST_DECAY * *first + (1.0 - FIRST_DECAY) * gradient;
            *second = SECOND_DECAY * *second + (1.0 - SECOND_DECAY) * gradient * gradient;
            let (mean, spread) = (*first * step.first_correction, (*second * step.second_correction).sqrt());
            *parameter -= step.rate * mean / (spread + EPSILON);
        }
    }
}

/// Has a target follow parameters by `tau`.
struct Follow<'a> {
    target: &'a mut [f32],
    parameters: &'a [f32],
    tau: f32,
}

impl Kernel for Follow<'_> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        for (target, parameter) in self.target.iter_mut().zip(self.parameters) {
            *target = self.tau * parameter + (1.0 - self.tau) * *target;
        }
    }
}

/// Ranges that touch become one.
fn merged(ranges: impl Iterator<Item = Range<usize>>) -> Vec<Range<usize>> {
    let mut merged: Vec<Range<usize>> = Vec::new();
    for range in ranges.filter(|range| !range.is_empty()) {
        match merged.last_mut() {
            Some(last) if last.end == range.start => last.end = range.end,
            _ => merged.push(range),
        }
    }
    merged
}

fn chunks(range: Range<usize>) -> impl Iterator<Item = Range<usize>> {
    let end = range.end;
    range.step_by(CHUNK).map(move |start| start..end.min(start + CHUNK))
}

/// Cuts rising ranges out of a slice.
struct Cutter<'a> {
    rest: &'a mut [f32],
    cut_away: usize,
}

impl<'a> Cutter<'a> {
    fn new(rest: &'a mut [f32]) -> Cutter<'a> {
        Cutter { rest, cut_away: 0 }
    }

    fn cut(&mut self, range: Range<usize>) -> &'a mut [f32] {
        let rest = std::mem::take(&mut self.rest);
        let (_, rest) = rest.split_at_mut(range.start - self.cut_away);
        let (piece, rest) = rest.split_at_mut(range.len());
        (self.rest, self.cut_away) = (rest, range.end);
        piece
    }
}
