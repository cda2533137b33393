//! Max pooling.

use super::{Inferred, Operand, Value};
use crate::graph::OpError;
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

impl MaxPool {
    pub(super) fn infer(&self, input: Operand<'_>) -> Result<Inferred, OpError> {
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

    pub(super) fn run(&self, input: Value<'_>, output: Shape) -> Vec<i64> {
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
