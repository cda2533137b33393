//! Two-dimensional convolution.

use super::error::OpError;
use super::operator::{
    Inferred, Operand, Operator, Value, multiply_add, one, product, weighted_sum,
};
use crate::interval::Interval;
use crate::shape::Shape;
use crate::weights::Weights;
use crate::window::Window;
use alloc::vec::Vec;
use serde::{Deserialize, Serialize};

/// Cross-correlation with zero padding, as ONNX `Conv`. The output's scale is the input's plus
/// `weight_scale`. Each output channel sees the `input channels / groups` channels of its group;
/// with one group for each input channel the convolution is depthwise.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Conv2d {
    /// `[outputs][input channels / groups][kernel rows][kernel columns]`, row-major.
    pub weights: Weights,
    /// A weight `w` stands for `w · 2^-weight_scale`.
    pub weight_scale: i32,
    /// One for each output channel, at the output's scale.
    pub bias: Vec<i64>,
    /// How the kernel slides.
    pub window: Window,
    /// The number of groups of channels that do not mix, at least 1.
    pub groups: usize,
}

impl Operator for Conv2d {
    const NAME: &'static str = "Conv2d";

    fn parameters(&self) -> usize {
        let weights = self.weights.values().len();
        weights.saturating_add(self.bias.len())
    }

    fn weights_mut(&mut self) -> Option<&mut Weights> {
        Some(&mut self.weights)
    }

    fn work(&self, output: Shape) -> u64 {
        product(self.weights.values().len(), output.area())
    }

    fn infer(&self, inputs: &[Operand<'_>]) -> Result<Inferred, OpError> {
        let input = one(inputs)?;
        let (channels, outputs) = (input.shape.channels(), self.bias.len());
        let splits = |channels: usize| channels.checked_rem(self.groups) == Some(0);
        if !splits(channels) || !splits(outputs) {
            return Err(OpError::Groups {
                groups: self.groups,
                inputs: channels,
                outputs,
            });
        }
        let window = self.window.output(input.shape, outputs);
        let shape = window.ok_or(OpError::OutputShape)?;
        let depth = self.depth(channels);
        let expected = outputs
            .saturating_mul(depth)
            .saturating_mul(self.window.area());
        if self.weights.values().len() != expected {
            return Err(OpError::WeightCount {
                expected,
                got: self.weights.values().len(),
            });
        }
        Ok(Inferred {
            shape,
            scale: input.scale.saturating_add(self.weight_scale),
            ranges: self.ranges(input, depth)?,
        })
    }

    fn run(&self, inputs: &[Value<'_>], output: Shape) -> Vec<i64> {
        let [input] = inputs else {
            return Vec::new();
        };
        let depth = self.depth(input.shape.channels());
        let mut cells = Vec::with_capacity(output.len());
        let filters = self.weights.values().chunks(self.filter_len(depth));
        for (channel, (filter, bias)) in filters.zip(&self.bias).enumerate() {
            let mut plane = alloc::vec![*bias; output.area()];
            let planes = input.cells.chunks(input.shape.area());
            let seen = planes.skip(self.first_input(channel, depth));
            for (kernel, seen) in filter.chunks(self.window.area()).zip(seen) {
                self.window
                    .for_each_segment(input.shape, output, |tap, to, from| {
                        let weight = kernel.get(tap).copied().map_or(0, i64::from);
                        for (sum, x) in to.of_mut(&mut plane).zip(from.of(seen)) {
                            *sum = multiply_add(*sum, weight, *x);
                        }
                    });
            }
            cells.append(&mut plane);
        }
        cells
    }
}

impl Conv2d {
    fn ranges(&self, input: Operand<'_>, depth: usize) -> Result<Vec<Interval>, OpError> {
        let filters = self.weights.values().chunks(self.filter_len(depth));
        let channels = filters.zip(&self.bias).enumerate();
        channels
            .map(|(output, (filter, bias))| {
                let kernels = filter.chunks(self.window.area());
                let seen = input.ranges.iter().skip(self.first_input(output, depth));
                let terms = kernels.zip(seen).flat_map(|(kernel, range)| {
                    // A tap in the padding reads zero.
                    let range = if self.window.is_padded() {
                        range.hull(Interval::ZERO)
                    } else {
                        *range
                    };
                    kernel.iter().map(move |weight| (weight, range))
                });
                weighted_sum(*bias, terms)
            })
            .collect()
    }

    /// Input channels that one output channel sees.
    fn depth(&self, inputs: usize) -> usize {
        inputs.checked_div(self.groups).unwrap_or(0)
    }

    /// Weights of one output channel.
    fn filter_len(&self, depth: usize) -> usize {
        depth.saturating_mul(self.window.area()).max(1)
    }

    /// The first input channel that output channel `output` sees.
    fn first_input(&self, output: usize, depth: usize) -> usize {
        let per_group = self.bias.len().checked_div(self.groups).unwrap_or(0);
        let group = output.checked_div(per_group).unwrap_or(0);
        group.saturating_mul(depth)
    }
}
