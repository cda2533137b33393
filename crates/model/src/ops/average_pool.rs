//! Average pooling, global average pooling among it.

use super::error::OpError;
use super::operator::{Inferred, Operand, Operator, Value, each_range, multiply_add, one, product};
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
    /// How the window slides; for a global average it is as large as the picture.
    pub window: Window,
    /// The factor of each sum.
    pub multiplier: i32,
    /// A multiplier `m` stands for `m · 2^-multiplier_scale`.
    pub multiplier_scale: i32,
}

impl Operator for AveragePool {
    const NAME: &'static str = "AveragePool";

    fn work(&self, output: Shape) -> u64 {
        product(self.window.area(), output.len())
    }

    fn infer(&self, inputs: &[Operand<'_>]) -> Result<Inferred, OpError> {
        let input = one(inputs)?;
        let window = self.window.output(input.shape, input.shape.channels());
        let shape = window.ok_or(OpError::OutputShape)?;
        let cells = i64::try_from(self.window.area()).map_err(|_| OpError::Overflow)?;
        let total = |range: Interval| {
            let padded = if self.window.is_padded() {
                range.hull(Interval::ZERO)
            } else {
                range
            };
            padded.times(cells)?.times(i64::from(self.multiplier))
        };
        Ok(Inferred {
            shape,
            scale: input.scale.saturating_add(self.multiplier_scale),
            ranges: each_range(input, total)?,
        })
    }

    fn run(&self, inputs: &[Value<'_>], output: Shape) -> Vec<i64> {
        let [input] = inputs else {
            return Vec::new();
        };
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
