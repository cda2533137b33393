//! Maximum, rescale and ReLU in one row.

use super::column::{Column, ColumnId, ColumnList, Signed};
use super::definition::Definition;
use super::maximum::{self, MOST_TAPS, MaximumColumns};
use super::polynomial::{Linear, Polynomial};
use super::rules::Rules;
use super::site::Site;
use super::sizes::{are_few, bytes_of_signed, bytes_up_to};
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use serde::{Deserialize, Serialize};
use zklens_field::{Field, Scalar};
use zklens_model::{Interval, Rescale, Window};

/// `max` over a window's taps, then `⌊(x + 2^(shift−1)) / 2^shift⌋`, then `max(·, 0)`. Each of the three may be left
/// out.
///
/// ```text
/// xᵢ + half + offset·2^shift = q·2^shift + ρ − gapᵢ       for every tap i; some gapᵢ = 0
/// with ReLU:     q = (1 − 2σ)·t − σ      y = (1 − σ)·t    offset = 0
/// without:       q = t                   y = t − offset
/// ```
///
/// | symbol | meaning |
/// |---|---|
/// | `xᵢ` | operand under tap `i` of the window; the only operand without a window |
/// | `half` | `2^(shift−1)`, or 0 without a rescale |
/// | `q`, `ρ` | quotient and remainder; `ρ` is a number of `shift / 8` bytes |
/// | `σ`, `t` | sign and magnitude of the quotient: a bit and a number |
/// | `gapᵢ` | how far `xᵢ` is below the maximum, a number |
/// | `y` | output |
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Activation {
    /// The window whose largest cell is taken, if there is one.
    pub window: Option<Window>,
    /// Bytes of a gap.
    pub gap_bytes: u8,
    /// 0, 8 or 16.
    pub shift: u8,
    /// Whether negative quotients become zero.
    pub relu: bool,
    /// Added to quotients to make them non-negative; zero with a ReLU.
    pub offset: i64,
    /// Bytes of `t`.
    pub magnitude_bytes: u8,
}

/// The columns of an [`Activation`], in their order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ActivationColumns {
    /// `ρ`. `None` without a rescale.
    pub remainder: Option<ColumnId>,
    /// `σ`. `None` without a ReLU.
    pub sign: Option<ColumnId>,
    /// `t`. `None` if it takes zero bytes.
    pub magnitude: Option<ColumnId>,
    /// The gap of each tap; empty without a window. `None` if gaps take zero bytes.
    pub gaps: Vec<Option<ColumnId>>,
    /// For each pair of gaps but the last, a number that is not zero only if one of the pair is zero.
    pub selectors: Vec<ColumnId>,
}

impl Activation {
    /// The gadget that shows a maximum, a rescale and a ReLU, or those of them that there are.
    ///
    /// A window comes with bounds of the cells under it. `operand` and `output` are bounds of the last of the operators that
    /// the gadget shows: of what it takes, and of what it gives.
    pub(crate) fn of_bounds(
        window: Option<(Window, Interval)>,
        shift: u8,
        relu: bool,
        operand: Interval,
        output: Interval,
    ) -> Self {
        let (window, gap_bytes) = match window {
            Some((window, taps)) => (Some(window), bytes_up_to(taps.hi.abs_diff(taps.lo))),
            None => (None, 0),
        };
        // A power of two, so that a key does not tell what exactly private weights add up to.
        let offset = match output.lo.saturating_neg().max(0).unsigned_abs() {
            _ if relu => 0,
            0 => 0,
            lowest => lowest.checked_next_power_of_two().unwrap_or(lowest),
        };
        let offset = i64::try_from(offset).unwrap_or(i64::MAX);
        Self {
            window,
            gap_bytes,
            shift,
            relu,
            offset,
            magnitude_bytes: match relu {
                true => bytes_of_signed(operand, 0),
                false => bytes_up_to(output.hi.saturating_add(offset).unsigned_abs()),
            },
        }
    }

    /// The table's columns.
    #[must_use]
    pub fn columns(&self) -> ActivationColumns {
        self.add_columns(&mut ColumnList::default())
    }

    fn add_columns(&self, list: &mut ColumnList) -> ActivationColumns {
        let remainder = list.number(self.shift.checked_shr(3).unwrap_or(0));
        let sign = self.relu.then(|| list.bit());
        let magnitude = list.number(self.magnitude_bytes);
        let window = self.window.as_ref();
        let selector = Column::Number { bytes: 1 };
        let (gaps, selectors) = maximum::add_columns(list, window, self.gap_bytes, selector);
        ActivationColumns {
            remainder,
            sign,
            magnitude,
            gaps,
            selectors,
        }
    }
}

impl Definition for Activation {
    fn rules(&self) -> Rules {
        let mut list = ColumnList::default();
        let columns = self.add_columns(&mut list);
        let mut rules = Rules::new(list);
        let offset = Scalar::from(self.offset);
        let (quotient, output) = match columns.sign {
            Some(sign) => {
                rules.require_bit(sign);
                let magnitude = columns.magnitude;
                let quotient = Signed { sign, magnitude };
                (quotient.value(), quotient.at_least_zero())
            }
            None => {
                let quotient = Linear::number(columns.magnitude);
                let output = quotient.clone().shifted(-offset);
                (quotient.into(), output.into())
            }
        };
        let unit = Scalar::from(2_u64).pow([u64::from(self.shift)]);
        let half = match self.shift {
            0 => Scalar::default(),
            shift => Scalar::from(2_u64).pow([u64::from(shift.saturating_sub(1))]),
        };
        let mut value = Polynomial::from(Linear::number(columns.remainder));
        value.add_scaled(&quotient, unit);
        let constant = half + offset * unit;
        let columns = MaximumColumns {
            gaps: &columns.gaps,
            selectors: &columns.selectors,
        };
        maximum::require(&mut rules, &columns, value, constant);
        rules.output = output;
        rules
    }

    fn is_well_formed(&self, site: &Site<'_>) -> bool {
        let window = self.window.as_ref();
        let shift = self.shift == 0 || Rescale::SHIFTS.contains(&self.shift.into());
        let small = window.is_none_or(|window| window.area() <= MOST_TAPS);
        let counts = are_few(&[self.gap_bytes, self.magnitude_bytes]);
        let offset = self.offset >= 0 && !(self.relu && self.offset != 0);
        site.is_inside() && shift && small && counts && offset && site.takes_operand(window)
    }

    fn window(&self) -> Option<&Window> {
        self.window.as_ref()
    }

    fn description(&self) -> String {
        let mut parts = Vec::new();
        if let Some(Window { height, width }) = &self.window {
            parts.push(format!("maximum of {}×{}", height.kernel, width.kernel));
        }
        if self.shift != 0 {
            parts.push(format!("over 2^{}", self.shift));
        }
        if self.relu {
            parts.push("ReLU".into());
        }
        parts.join(", ")
    }
}
