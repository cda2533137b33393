//! Clipping: ReLU6 and its like, and saturation.

use super::error::OpError;
use super::operator::{Inferred, Operand, Operator, Value, each_cell, one};
use crate::interval::Interval;
use crate::shape::Shape;
use alloc::vec::Vec;
use serde::{Deserialize, Serialize};

/// `min(max(x, lo), hi)`: the value inside `bounds` that is nearest to `x`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Clip {
    /// `lo…hi`, at the input's scale.
    pub bounds: Interval,
}

impl Clip {
    /// `min(max(x, lo), hi)`.
    #[must_use]
    pub fn apply(&self, x: i64) -> i64 {
        x.max(self.bounds.lo).min(self.bounds.hi)
    }
}

impl Operator for Clip {
    const NAME: &'static str = "Clip";

    fn infer(&self, inputs: &[Operand<'_>]) -> Result<Inferred, OpError> {
        let input = one(inputs)?;
        if Interval::new(self.bounds.lo, self.bounds.hi).is_none() {
            return Err(OpError::Bounds { got: self.bounds });
        }
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
