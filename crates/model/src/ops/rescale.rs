//! Division by a power of two.

use super::error::OpError;
use super::operator::{Inferred, Operand, Operator, Value, each_cell, one};
use crate::shape::Shape;
use alloc::vec::Vec;
use serde::{Deserialize, Serialize};

/// Divides by `2^shift`, rounding to the nearest integer and halves upwards:
///
/// ```text
/// x + 2^(shift − 1) = q·2^shift + r        0 ≤ r < 2^shift
/// ```
///
/// The output is `q`, at the input's scale less `shift`. The remainder `r` fills one or two whole
/// bytes, so that a proof can check its range with a table of 256 entries.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rescale {
    /// One of [`Self::SHIFTS`].
    pub shift: u32,
}

impl Rescale {
    /// The shifts allowed, in bits.
    pub const SHIFTS: [u32; 2] = [8, 16];

    /// The quotient `q` of the definition above.
    #[must_use]
    pub const fn quotient(&self, x: i64) -> i64 {
        self.offset(x).wrapping_shr(self.shift)
    }

    /// The remainder `r` of the definition above.
    #[must_use]
    pub const fn remainder(&self, x: i64) -> i64 {
        let mask = 1i64.wrapping_shl(self.shift).wrapping_sub(1);
        self.offset(x) & mask
    }

    /// Inputs are at most [`crate::Interval::MAX_MAGNITUDE`], so the sum does not wrap.
    const fn offset(&self, x: i64) -> i64 {
        let half = 1i64.wrapping_shl(self.shift) / 2;
        x.wrapping_add(half)
    }
}

impl Operator for Rescale {
    const NAME: &'static str = "Rescale";

    fn infer(&self, inputs: &[Operand<'_>]) -> Result<Inferred, OpError> {
        let input = one(inputs)?;
        if !Self::SHIFTS.contains(&self.shift) {
            return Err(OpError::Shift { got: self.shift });
        }
        let shift = i32::try_from(self.shift).unwrap_or_default();
        let ranges = input.ranges.iter().map(|r| r.map(|x| self.quotient(x)));
        Ok(Inferred {
            shape: input.shape,
            scale: input.scale.saturating_sub(shift),
            ranges: ranges.collect(),
        })
    }

    fn run(&self, inputs: &[Value<'_>], _output: Shape) -> Vec<i64> {
        each_cell(inputs, |x| self.quotient(x))
    }
}
