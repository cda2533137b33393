//! Average pooling, global average pooling among it.

use super::{Inferred, Operand, Value, multiply_add};
use crate::graph::OpError;
use crate::interval::Interval;
use crate::shape::Shape;
use crate::window::Window;
use alloc::vec::Vec;
use serde::{Deserialize, Serialize};

/// `multiplier · Σ window` per channel. With `multiplier ≈ 2^multiplier_scale / window area` that
/// is the mean; the output's scale is the input's plus `multiplier_scale`. Padding counts as zeros
/// (ONNX `count_include_pad = 1`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AveragePool {
    /// How the window slides; as large as the picture for a global average.
    pub window: Window,
    /// What each sum is multiplied by.
    pub multiplier: i32,
    /// A multiplier `m` stands for `m · 2^-multiplier_scale`.
    pub multiplier_scale: i32,
}

impl AveragePool {
    pub(super) fn infer(&self, input: Operand<'_>) -> Result<Inferred, OpError> {
        let window = self.window.output(input.shape, input.shape.channels());
        let shape = window.ok_or(OpError::OutputShape)?;
        let cells = i64::try_from(self.window.area()).map_err(|_| OpError::Overflow)?;
        let total = |range: &Interval| {
            let padded = if self.window.is_padded() {
                range.hull(Interval::ZERO)
            } else {
                *range
            };
            padded.times(cells)?.times(i64::from(self.multiplier))
        };
        let ranges = input
            .ranges
            .iter()
            .map(|r| total(r).ok_or(OpError::Overflow));
        Ok(Inferred {
            shape,
            scale: input.scale.saturating_add(self.multiplier_scale),
            ranges: ranges.collect::<Result<_, _>>()?,
        })
    }

    pub(super) fn run(&self, input: Value<'_>, output: Shape) -> Vec<i64> {
        let multiplier = i64::from(self.multiplier);
        let mut cells = alloc::vec![0; output.len()];
        let planes = cells.chunks_mut(output.area());
        for (plane, seen) in planes.zip(input.cells.chunks(input.shape.area())) {
            self.window
                .for_each_segment(input.shape, output, |_, to, from| {
                    for (sum, x) in to.of_mut(plane).zip(from.of(seen)) {
                        *sum = multiply_add(*sum, multiplier, *x);
                    }
                });
        }
        cells
    }
}
