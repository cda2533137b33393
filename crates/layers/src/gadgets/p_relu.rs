//! One factor for positive operands, another for negative ones.

use super::column::{ColumnList, Signed};
use super::definition::Definition;
use super::rules::Rules;
use super::site::Site;
use super::sizes::{are_few, bytes_of_signed};
use alloc::format;
use alloc::string::String;
use serde::{Deserialize, Serialize};
use zklens_field::{AdditiveGroup, Scalar};
use zklens_model::{self as model, Interval};

/// `positive·max(x, 0) + negative·min(x, 0)`.
///
/// ```text
/// x = (1 − 2σ)·t − σ        max(x, 0) = (1 − σ)·t        y = negative·x + (positive − negative)·(1 − σ)·t
/// ```
///
/// `x` is the operand and `y` the output. `σ` and `t` are sign and magnitude of `x`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PRelu {
    /// The factor of positive operands.
    pub positive: i32,
    /// The factor of negative operands.
    pub negative: i32,
    /// Bytes of `t`.
    pub magnitude_bytes: u8,
}

/// The columns of a [`PRelu`], in their order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PReluColumns {
    /// `x`, as `σ` and `t`.
    pub operand: Signed,
}

impl PRelu {
    /// The gadget that shows an operator on operands of these bounds.
    pub(crate) fn of_bounds(operand: Interval, op: &model::PRelu) -> Self {
        Self {
            positive: op.positive,
            negative: op.negative,
            magnitude_bytes: bytes_of_signed(operand, 0),
        }
    }

    /// The table's columns.
    #[must_use]
    pub fn columns(&self) -> PReluColumns {
        self.add_columns(&mut ColumnList::default())
    }

    fn add_columns(&self, list: &mut ColumnList) -> PReluColumns {
        PReluColumns {
            operand: list.signed(self.magnitude_bytes),
        }
    }
}

impl Definition for PRelu {
    fn rules(&self) -> Rules {
        let mut list = ColumnList::default();
        let PReluColumns { operand } = self.add_columns(&mut list);
        let mut rules = Rules::new(list);
        rules.require_bit(operand.sign);
        rules.input(operand.value(), Scalar::ZERO);
        let [positive, negative] = [self.positive, self.negative].map(Scalar::from);
        rules.output.add_scaled(&operand.value(), negative);
        rules
            .output
            .add_scaled(&operand.at_least_zero(), positive - negative);
        rules
    }

    fn is_well_formed(&self, site: &Site<'_>) -> bool {
        let Self {
            positive, negative, ..
        } = *self;
        let factors = model::PRelu::are_factors(positive, negative);
        site.is_inside() && factors && are_few(&[self.magnitude_bytes]) && site.takes_operand(None)
    }

    fn description(&self) -> String {
        format!("PReLU of factors {} and {}", self.positive, self.negative)
    }
}
