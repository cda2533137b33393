//! Concatenation along the channels.

use super::error::OpError;
use super::operator::{Inferred, Operand, Operator, Value};
use crate::shape::Shape;
use alloc::vec::Vec;
use serde::{Deserialize, Serialize};

/// The channels of every input, one input after the other. All have one scale, height and width.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Concat;

impl Operator for Concat {
    const NAME: &'static str = "Concat";

    fn infer(&self, inputs: &[Operand<'_>]) -> Result<Inferred, OpError> {
        let [first, rest @ ..] = inputs else {
            return Err(OpError::OperandCount {
                expected: 1,
                got: 0,
            });
        };
        let mut shape = first.shape;
        let mut ranges = first.ranges.to_vec();
        for next in rest {
            let sides = |shape: Shape| (shape.height(), shape.width());
            if sides(next.shape) != sides(first.shape) {
                return Err(OpError::ShapesDiffer {
                    left: first.shape,
                    right: next.shape,
                });
            }
            if next.scale != first.scale {
                return Err(OpError::ScalesDiffer {
                    left: first.scale,
                    right: next.scale,
                });
            }
            let channels = shape.channels().saturating_add(next.shape.channels());
            let longer = Shape::new(channels, shape.height(), shape.width());
            // Before the ranges are copied, so that a long list of large operands takes no memory.
            shape = longer.ok_or(OpError::OutputShape)?;
            ranges.extend_from_slice(next.ranges);
        }
        Ok(Inferred {
            shape,
            scale: first.scale,
            ranges,
        })
    }

    fn run(&self, inputs: &[Value<'_>], _output: Shape) -> Vec<i64> {
        let cells = inputs.iter().flat_map(|input| input.cells);
        cells.copied().collect()
    }
}
