//! Leaky ReLU: one slope for positive cells, another for negative ones.

use super::error::OpError;
use super::operator::{Inferred, Operand, Operator, Value, each_cell, each_range, one};
use crate::interval::Interval;
use crate::shape::Shape;
use alloc::vec::Vec;
use serde::{Deserialize, Serialize};

/// `positive · max(x, 0) + negative · min(x, 0)`. For example, the factors 4 and −1 turn 3 into 12
/// and −3 into 3.
///
/// A leaky ReLU of slope `a` has the factors `2^k` and `round(a · 2^k)`, and the factors' scale `k`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PRelu {
    /// The factor of positive cells, from 1 to [`Self::MAX_FACTOR`].
    pub positive: i32,
    /// The factor of negative cells, of either sign, at most [`Self::MAX_FACTOR`] in magnitude.
    pub negative: i32,
    /// Scale of both factors, which is added to the input's.
    pub factor_scale: i32,
}

impl PRelu {
    /// The largest magnitude of a factor.
    pub const MAX_FACTOR: i32 = 1 << 15;

    /// Whether two factors are in range.
    #[must_use]
    pub fn are_factors(positive: i32, negative: i32) -> bool {
        (1..=Self::MAX_FACTOR).contains(&positive)
            && (-Self::MAX_FACTOR..=Self::MAX_FACTOR).contains(&negative)
    }

    /// `positive · x` or `negative · x`. A valid graph never has a product beyond 62 bits.
    #[must_use]
    pub fn apply(&self, x: i64) -> i64 {
        x.wrapping_mul(self.factor(x))
    }

    fn factor(&self, x: i64) -> i64 {
        i64::from(if x < 0 { self.negative } else { self.positive })
    }

    /// The bounds of the output. The function is a line on either side of zero, so its extremes lie
    /// at the ends, or at zero if zero is inside.
    fn bounds(&self, range: Interval) -> Option<Interval> {
        let at = |x: i64| Interval::new(x, x)?.times(self.factor(x));
        let ends = at(range.lo)?.hull(at(range.hi)?);
        Some(if range.contains(0) {
            ends.hull(Interval::ZERO)
        } else {
            ends
        })
    }
}

impl Operator for PRelu {
    const NAME: &'static str = "PRelu";

    fn infer(&self, inputs: &[Operand<'_>]) -> Result<Inferred, OpError> {
        let input = one(inputs)?;
        if !Self::are_factors(self.positive, self.negative) {
            return Err(OpError::Factors {
                positive: self.positive,
                negative: self.negative,
            });
        }
        Ok(Inferred {
            shape: input.shape,
            scale: input.scale.saturating_add(self.factor_scale),
            ranges: each_range(input, |range| self.bounds(range))?,
        })
    }

    fn run(&self, inputs: &[Value<'_>], _output: Shape) -> Vec<i64> {
        each_cell(inputs, |x| self.apply(x))
    }
}
