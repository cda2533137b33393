//! Interval arithmetic: bounds of every value that hold for all images.
//!
//! Bounds are found per channel from the signs of the weights, so they hold for every picture and
//! not only for those that were tried (Moore, Kearfott, Cloud, *Introduction to Interval Analysis*,
//! ch. 2).

use core::fmt;
use serde::{Deserialize, Serialize};

/// All integers from `lo` to `hi`, both included.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Interval {
    /// The least value.
    pub lo: i64,
    /// The greatest value.
    pub hi: i64,
}

impl Interval {
    /// The largest magnitude a bound may have. Rounding and sums of two stay inside `i64`.
    pub const MAX_MAGNITUDE: i64 = (1 << 62) - 1;

    /// The interval of zero alone.
    pub const ZERO: Self = Self { lo: 0, hi: 0 };

    /// The interval, or `None` if `lo > hi` or a bound is beyond [`Self::MAX_MAGNITUDE`].
    #[must_use]
    pub fn new(lo: i64, hi: i64) -> Option<Self> {
        let range = -Self::MAX_MAGNITUDE..=Self::MAX_MAGNITUDE;
        (lo <= hi && range.contains(&lo) && range.contains(&hi)).then_some(Self { lo, hi })
    }

    /// Whether `value` lies inside.
    #[must_use]
    pub fn contains(&self, value: i64) -> bool {
        (self.lo..=self.hi).contains(&value)
    }

    /// The smallest interval around both.
    #[must_use]
    pub fn hull(self, other: Self) -> Self {
        Self {
            lo: self.lo.min(other.lo),
            hi: self.hi.max(other.hi),
        }
    }

    /// The sums of a value here and a value of `other`, or `None` past the limit.
    #[must_use]
    pub fn plus(self, other: Self) -> Option<Self> {
        Self::new(
            self.lo.checked_add(other.lo)?,
            self.hi.checked_add(other.hi)?,
        )
    }

    /// The values here, each times `factor`, or `None` past the limit.
    #[must_use]
    pub fn times(self, factor: i64) -> Option<Self> {
        let (a, b) = (self.lo.checked_mul(factor)?, self.hi.checked_mul(factor)?);
        Self::new(a.min(b), a.max(b))
    }

    /// The interval whose ends are `map` of these ends. `map` must be increasing.
    #[must_use]
    pub(crate) fn map(self, map: impl Fn(i64) -> i64) -> Self {
        Self {
            lo: map(self.lo),
            hi: map(self.hi),
        }
    }

    /// Bits of the largest magnitude: the least `b` with `|x| < 2^b` for every `x` inside.
    #[must_use]
    pub const fn magnitude_bits(&self) -> u32 {
        let (lo, hi) = (self.lo.unsigned_abs(), self.hi.unsigned_abs());
        let largest = if lo > hi { lo } else { hi };
        u64::BITS.saturating_sub(largest.leading_zeros())
    }
}

impl fmt::Display for Interval {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}…{}", self.lo, self.hi)
    }
}
