//! Maximum, rescale and a clip to an interval of `256^k` values, in one row.

use super::column::{Column, ColumnId, ColumnList};
use super::definition::Definition;
use super::maximum::{self, MOST_TAPS, MaximumColumns};
use super::polynomial::{Linear, Polynomial};
use super::rules::Rules;
use super::site::Site;
use super::sizes::{MOST_BYTES, are_few, bytes_up_to};
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use serde::{Deserialize, Serialize};
use zklens_field::{AdditiveGroup, Field, Scalar};
use zklens_model::{Interval, Rescale, Window};

/// `max` over a window's taps, then `⌊(x + 2^(shift−1)) / 2^shift⌋`, then `min(max(·, lo), lo + width)`, where `width` is
/// `256^bytes − 1`. Maximum and rescale may be left out.
///
/// ```text
/// xᵢ + half − lo·2^shift = (u + (2u/width − 1)·t)·2^shift + ρ − gapᵢ      for every tap i; some gapᵢ = 0
/// t·u·(width − u) = 0                                                     y = lo + u
/// ```
///
/// | symbol | meaning |
/// |---|---|
/// | `xᵢ` | operand under tap `i` of the window; the only operand without a window |
/// | `half` | `2^(shift−1)`, or 0 without a rescale |
/// | `ρ` | remainder, a number of `shift / 8` bytes |
/// | `u` | how far the output is above `lo`, a number of `bytes` bytes: so it is inside the interval |
/// | `t` | the excess, a number: how far the quotient is outside the interval |
/// | `gapᵢ` | how far `xᵢ` is below the maximum, a number |
/// | `y` | output |
///
/// If `t ≠ 0`, `u` is an end of the interval, and `2u/width − 1` is 1 at the upper end, −1 at the lower. For example, with
/// `lo = 0` and one byte, a quotient of 300 has `u = 255` and `t = 45`; one of −3 has `u = 0` and `t = 3`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Saturation {
    /// The window whose largest cell is taken, if there is one.
    pub window: Option<Window>,
    /// Bytes of a gap.
    pub gap_bytes: u8,
    /// 0, 8 or 16.
    pub shift: u8,
    /// The least output.
    pub lo: i64,
    /// Bytes of `u`.
    pub bytes: u8,
    /// Bytes of `t`.
    pub excess_bytes: u8,
}

/// The columns of a [`Saturation`], in their order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SaturationColumns {
    /// `ρ`. `None` without a rescale.
    pub remainder: Option<ColumnId>,
    /// `u`. A well-formed gadget has it.
    pub output: Option<ColumnId>,
    /// `t`. `None` if it takes zero bytes: then no quotient is outside the interval.
    pub excess: Option<ColumnId>,
    /// The gap of each tap; empty without a window. `None` if gaps take zero bytes.
    pub gaps: Vec<Option<ColumnId>>,
    /// For each pair of gaps but the last, an integer that is not zero only if one of the pair is zero.
    pub selectors: Vec<ColumnId>,
}

impl Saturation {
    /// How many bytes the place inside an interval takes, if it is an interval of `256^k` values.
    pub(crate) fn bytes_of(Interval { lo, hi }: Interval) -> Option<u8> {
        let width = hi.abs_diff(lo);
        let bytes = bytes_up_to(width);
        let values = 1_u128.checked_shl(u32::from(bytes).saturating_mul(8))?;
        (u128::from(width).checked_add(1) == Some(values)).then_some(bytes)
    }

    /// The gadget that clips quotients of these bounds to an interval of `256^bytes` values.
    ///
    /// A window comes with bounds of the cells under it.
    pub(crate) fn of_bounds(
        window: Option<(Window, Interval)>,
        shift: u8,
        quotient: Interval,
        clip: Interval,
        bytes: u8,
    ) -> Self {
        let (window, gap_bytes) = match window {
            Some((window, taps)) => (Some(window), bytes_up_to(taps.hi.abs_diff(taps.lo))),
            None => (None, 0),
        };
        let above = quotient.hi.saturating_sub(clip.hi);
        let below = clip.lo.saturating_sub(quotient.lo);
        let excess_bytes = match above.max(below) {
            ..=0 => 0,
            excess => bytes_up_to(excess.unsigned_abs()),
        };
        Self {
            window,
            gap_bytes,
            shift,
            lo: clip.lo,
            bytes,
            excess_bytes,
        }
    }

    /// The table's columns.
    #[must_use]
    pub fn columns(&self) -> SaturationColumns {
        self.add_columns(&mut ColumnList::default())
    }

    fn add_columns(&self, list: &mut ColumnList) -> SaturationColumns {
        let remainder = list.number(self.shift.checked_shr(3).unwrap_or(0));
        let output = list.number(self.bytes);
        let excess = list.number(self.excess_bytes);
        let window = self.window.as_ref();
        let (gaps, selectors) = maximum::add_columns(list, window, self.gap_bytes, Column::Integer);
        SaturationColumns {
            remainder,
            output,
            excess,
            gaps,
            selectors,
        }
    }

    /// `256^bytes − 1`.
    fn width(&self) -> Scalar {
        Scalar::from(256_u64).pow([u64::from(self.bytes)]) - Scalar::ONE
    }
}

impl Definition for Saturation {
    fn rules(&self) -> Rules {
        let mut list = ColumnList::default();
        let columns = self.add_columns(&mut list);
        let mut rules = Rules::new(list);
        let width = self.width();
        let place = Linear::number(columns.output);
        let unit = Scalar::from(2_u64).pow([u64::from(self.shift)]);
        let mut value = Polynomial::from(Linear::number(columns.remainder)).plus(unit, &place);
        if columns.excess.is_some() {
            let excess = Linear::number(columns.excess);
            let room = place.clone().scaled(-Scalar::ONE).shifted(width);
            rules.require_zero(Polynomial::product(&[excess.clone(), place.clone(), room]));
            // A width of zero is not well-formed.
            let slope = unit.double() * width.inverse().unwrap_or_default();
            value = value
                .plus(-unit, &excess)
                .plus_product(slope, &[excess, place.clone()]);
        }
        let lo = Scalar::from(self.lo);
        let half = match self.shift {
            0 => Scalar::ZERO,
            shift => Scalar::from(2_u64).pow([u64::from(shift.saturating_sub(1))]),
        };
        let maximum = MaximumColumns {
            gaps: &columns.gaps,
            selectors: &columns.selectors,
        };
        maximum::require(&mut rules, &maximum, value, half - lo * unit);
        rules.output = place.shifted(lo).into();
        rules
    }

    fn is_well_formed(&self, site: &Site<'_>) -> bool {
        let window = self.window.as_ref();
        let shift = self.shift == 0 || Rescale::SHIFTS.contains(&self.shift.into());
        let small = window.is_none_or(|window| window.area() <= MOST_TAPS);
        let counts = are_few(&[self.gap_bytes, self.excess_bytes]);
        let bytes = (1..=MOST_BYTES).contains(&self.bytes);
        site.is_inside() && shift && small && counts && bytes && site.takes_operand(window)
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
        let width = 256_i128.checked_pow(self.bytes.into());
        let hi = width.map_or(i128::MAX, |values| {
            i128::from(self.lo).saturating_add(values).saturating_sub(1)
        });
        parts.push(format!("clip to {}…{hi}", self.lo));
        parts.join(", ")
    }
}
