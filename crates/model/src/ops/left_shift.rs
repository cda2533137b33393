//! Multiplication by a power of two.

use super::{Inferred, Operand};
use crate::graph::OpError;
use serde::{Deserialize, Serialize};

/// `x · 2^bits`: the same real number at a finer scale, so that tensors of different scales can be
/// added or concatenated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeftShift {
    /// At most [`Self::MAX_BITS`].
    pub bits: u32,
}

impl LeftShift {
    /// The largest shift.
    pub const MAX_BITS: u32 = 32;

    /// `x · 2^bits`.
    #[must_use]
    pub const fn apply(&self, x: i64) -> i64 {
        x.wrapping_shl(self.bits)
    }

    pub(super) fn infer(&self, input: Operand<'_>) -> Result<Inferred, OpError> {
        if self.bits > Self::MAX_BITS {
            return Err(OpError::Shift { got: self.bits });
        }
        let factor = 1i64.wrapping_shl(self.bits);
        let ranges = input.ranges.iter();
        let ranges = ranges.map(|r| r.times(factor).ok_or(OpError::Overflow));
        let bits = i32::try_from(self.bits).unwrap_or_default();
        Ok(Inferred {
            shape: input.shape,
            scale: input.scale.saturating_add(bits),
            ranges: ranges.collect::<Result<_, _>>()?,
        })
    }
}
