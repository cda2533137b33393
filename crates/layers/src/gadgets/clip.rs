//! The nearest value in an interval.

use super::column::{ColumnList, Signed};
use super::definition::Definition;
use super::polynomial::Linear;
use super::rules::Rules;
use super::site::Site;
use super::sizes::{are_few, bytes_of_signed, bytes_up_to};
use alloc::format;
use alloc::string::String;
use serde::{Deserialize, Serialize};
use zklens_field::{Field, Scalar};
use zklens_model::Interval;

/// `min(max(x, lo), hi)`.
///
/// ```text
/// x − lo  = (1 − 2σ)·t − σ                  max(x − lo, 0) = (1 − σ)·t
/// hi − lo = (1 − σ)·t + (1 − 2τ)·u − τ      y = hi − (1 − τ)·u
/// ```
///
/// `x` is the operand and `y` the output. `σ` and `t` are sign and magnitude of `x − lo`, `τ` and `u` those of the room
/// that is left below `hi`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Clip {
    /// The least output.
    pub lo: i64,
    /// The greatest output.
    pub hi: i64,
    /// Bytes of `t`.
    pub below_bytes: u8,
    /// Bytes of `u`.
    pub above_bytes: u8,
}

/// The columns of a [`Clip`], in their order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClipColumns {
    /// `x − lo`, as `σ` and `t`.
    pub from_lo: Signed,
    /// `hi − max(x, lo)`, as `τ` and `u`.
    pub to_hi: Signed,
}

impl Clip {
    /// The gadget that clips operands of these bounds to an interval.
    pub(crate) fn of_bounds(operand: Interval, Interval { lo, hi }: Interval) -> Self {
        Self {
            lo,
            hi,
            below_bytes: bytes_of_signed(operand, lo),
            above_bytes: bytes_up_to(hi.abs_diff(lo).max(operand.hi.abs_diff(lo))),
        }
    }

    /// The table's columns.
    #[must_use]
    pub fn columns(&self) -> ClipColumns {
        self.add_columns(&mut ColumnList::default())
    }

    fn add_columns(&self, list: &mut ColumnList) -> ClipColumns {
        ClipColumns {
            from_lo: list.signed(self.below_bytes),
            to_hi: list.signed(self.above_bytes),
        }
    }
}

impl Definition for Clip {
    fn rules(&self) -> Rules {
        let mut list = ColumnList::default();
        let ClipColumns { from_lo, to_hi } = self.add_columns(&mut list);
        let mut rules = Rules::new(list);
        rules.require_bit(from_lo.sign);
        rules.require_bit(to_hi.sign);
        let (lo, hi) = (Scalar::from(self.lo), Scalar::from(self.hi));
        rules.input(from_lo.value(), -lo);
        let mut width = from_lo.at_least_zero();
        width.add_scaled(&to_hi.value(), Scalar::ONE);
        rules.constant(width, hi - lo);
        rules.output = Linear::default().shifted(hi).into();
        rules
            .output
            .add_scaled(&to_hi.at_least_zero(), -Scalar::ONE);
        rules
    }

    fn is_well_formed(&self, site: &Site<'_>) -> bool {
        let counts = are_few(&[self.below_bytes, self.above_bytes]);
        site.is_inside() && counts && self.lo <= self.hi && site.takes_operand(None)
    }

    fn description(&self) -> String {
        format!("clip to {}…{}", self.lo, self.hi)
    }
}
