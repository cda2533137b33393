//! A new shape for the same cells.

use super::error::OpError;
use super::operator::{Inferred, Operand, Operator, Value, one};
use crate::interval::Interval;
use crate::shape::Shape;
use alloc::vec::Vec;
use serde::{Deserialize, Serialize};

/// The same cells in the same order, under another shape. Flattening is `[len, 1, 1]`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reshape {
    /// `[channels, height, width]`.
    pub shape: [usize; 3],
}

impl Operator for Reshape {
    const NAME: &'static str = "Reshape";

    fn infer(&self, inputs: &[Operand<'_>]) -> Result<Inferred, OpError> {
        let input = one(inputs)?;
        let [channels, height, width] = self.shape;
        let shape = Shape::new(channels, height, width).ok_or(OpError::OutputShape)?;
        if shape.len() != input.shape.len() {
            return Err(OpError::ShapesDiffer {
                left: input.shape,
                right: shape,
            });
        }
        let area = input.shape.area();
        let channels_before = input.ranges.iter();
        let cells = channels_before.flat_map(|range| core::iter::repeat_n(*range, area));
        let mut ranges: Vec<Interval> = Vec::with_capacity(channels);
        for (index, range) in cells.enumerate() {
            let starts_channel = index.checked_rem(shape.area()) == Some(0);
            match ranges.last_mut().filter(|_| !starts_channel) {
                Some(channel) => *channel = channel.hull(range),
                None => ranges.push(range),
            }
        }
        Ok(Inferred {
            shape,
            scale: input.scale,
            ranges,
        })
    }

    fn run(&self, inputs: &[Value<'_>], _output: Shape) -> Vec<i64> {
        let cells = inputs.first().map_or(&[][..], |input| input.cells);
        cells.to_vec()
    }
}
