//! Residual addition.

use super::error::OpError;
use super::operator::{Inferred, Operand, Operator, Value};
use crate::shape::Shape;
use alloc::vec::Vec;
use serde::{Deserialize, Serialize};

/// `a + b`, cell by cell, of two tensors of one shape and one scale.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Add;

impl Operator for Add {
    const NAME: &'static str = "Add";

    fn infer(&self, inputs: &[Operand<'_>]) -> Result<Inferred, OpError> {
        let [a, b] = inputs else {
            return Err(OpError::OperandCount {
                expected: 2,
                got: inputs.len(),
            });
        };
        if a.shape != b.shape {
            return Err(OpError::ShapesDiffer {
                left: a.shape,
                right: b.shape,
            });
        }
        if a.scale != b.scale {
            return Err(OpError::ScalesDiffer {
                left: a.scale,
                right: b.scale,
            });
        }
        let pairs = a.ranges.iter().zip(b.ranges);
        let ranges = pairs.map(|(a, b)| a.plus(*b).ok_or(OpError::Overflow));
        Ok(Inferred {
            shape: a.shape,
            scale: a.scale,
            ranges: ranges.collect::<Result<_, _>>()?,
        })
    }

    fn run(&self, inputs: &[Value<'_>], _output: Shape) -> Vec<i64> {
        let [a, b] = inputs else {
            return Vec::new();
        };
        let pairs = a.cells.iter().zip(b.cells);
        pairs.map(|(a, b)| a.wrapping_add(*b)).collect()
    }
}
