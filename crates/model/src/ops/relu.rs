//! Rectified linear unit.

use super::error::OpError;
use super::operator::{Inferred, Operand, Operator, Value, each_cell, one};
use crate::shape::Shape;
use alloc::vec::Vec;
use serde::{Deserialize, Serialize};

/// `max(x, 0)`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Relu;

impl Relu {
    /// `max(x, 0)`.
    #[must_use]
    pub fn apply(&self, x: i64) -> i64 {
        x.max(0)
    }
}

impl Operator for Relu {
    const NAME: &'static str = "Relu";

    fn infer(&self, inputs: &[Operand<'_>]) -> Result<Inferred, OpError> {
        let input = one(inputs)?;
        let ranges = input.ranges.iter().map(|r| r.map(|x| self.apply(x)));
        Ok(Inferred {
            shape: input.shape,
            scale: input.scale,
            ranges: ranges.collect(),
        })
    }

    fn run(&self, inputs: &[Value<'_>], _output: Shape) -> Vec<i64> {
        each_cell(inputs, |x| self.apply(x))
    }
}
