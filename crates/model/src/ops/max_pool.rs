//! Max pooling.

use super::error::OpError;
use super::operator::{Inferred, Operand, Operator, Value, one, product};
use crate::shape::Shape;
use crate::window::Window;
use alloc::vec::Vec;
use serde::{Deserialize, Serialize};

/// The largest cell under the window, per channel. Padding never wins; a window of padding alone is
/// refused.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MaxPool {
    /// How the window slides.
    pub window: Window,
}

impl Operator for MaxPool {
    const NAME: &'static str = "MaxPool";

    fn work(&self, output: Shape) -> u64 {
        product(self.window.area(), output.len())
    }

    fn infer(&self, inputs: &[Operand<'_>]) -> Result<Inferred, OpError> {
        let input = one(inputs)?;
        if !self.window.always_touches() {
            return Err(OpError::OnlyPadding);
        }
        let window = self.window.output(input.shape, input.shape.channels());
        Ok(Inferred {
            shape: window.ok_or(OpError::OutputShape)?,
            scale: input.scale,
            ranges: input.ranges.to_vec(),
        })
    }

    fn run(&self, inputs: &[Value<'_>], output: Shape) -> Vec<i64> {
        let [input] = inputs else {
            return Vec::new();
        };
        let mut cells = alloc::vec![i64::MIN; output.len()];
        let planes = cells.chunks_mut(output.area());
        for (plane, seen) in planes.zip(input.cells.chunks(input.shape.area())) {
            self.window
                .for_each_segment(input.shape, output, |_, to, from| {
                    for (max, x) in to.of_mut(plane).zip(from.of(seen)) {
                        *max = (*max).max(*x);
                    }
                });
        }
        cells
    }
}
