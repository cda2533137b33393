//! Multiplication by a power of two.

use super::error::OpError;
use super::operator::{Inferred, Operand, Operator, Value, each_cell, each_range, one};
use crate::shape::Shape;
use alloc::vec::Vec;
use serde::{Deserialize, Serialize};

/// `x · 2^bits`: the same real number at a finer scale, so that tensors of different scales can be
/// added or concatenated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeftShift {
    /// The shift, at most [`Self::MAX_BITS`].
    pub bits: u32,
}

impl LeftShift {
    /// The largest shift, in bits.
    pub const MAX_BITS: u32 = 32;

    /// `x · 2^bits`.
    #[must_use]
    pub const fn apply(&self, x: i64) -> i64 {
        x.wrapping_shl(self.bits)
    }
}

impl Operator for LeftShift {
    const NAME: &'static str = "LeftShift";

    fn infer(&self, inputs: &[Operand<'_>]) -> Result<Inferred, OpError> {
        let input = one(inputs)?;
        if self.bits > Self::MAX_BITS {
            return Err(OpError::Shift { got: self.bits });
        }
        let factor = 1i64.wrapping_shl(self.bits);
        let bits = i32::try_from(self.bits).unwrap_or_default();
        Ok(Inferred {
            shape: input.shape,
            scale: input.scale.saturating_add(bits),
            ranges: each_range(input, |range| range.times(factor))?,
        })
    }

    fn run(&self, inputs: &[Value<'_>], _output: Shape) -> Vec<i64> {
        each_cell(inputs, |x| self.apply(x))
    }
}
