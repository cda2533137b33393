//! The maximum over a window, as part of a row.
//!
//! A gadget that takes the largest cell under a window has a *gap* for each tap, a number: how far the tap is below the
//! maximum. Some gap is zero.

use super::column::{Column, ColumnId, ColumnList};
use super::polynomial::{Linear, Polynomial};
use super::rules::Rules;
use alloc::vec::Vec;
use zklens_field::{Field, Scalar};
use zklens_model::Window;

/// The most cells under a window whose maximum is proved.
pub(crate) const MOST_TAPS: usize = 1 << 8;

/// Gaps that one constraint of the maximum multiplies.
const GROUP: usize = 2;

/// The columns of a maximum.
pub(super) struct MaximumColumns<'a> {
    /// The gap of each tap; empty without a window. `None` if gaps take zero bytes.
    pub(super) gaps: &'a [Option<ColumnId>],
    /// One for each group of gaps but the last.
    pub(super) selectors: &'a [ColumnId],
}

/// Adds the columns of gaps of `bytes` bytes, and of selectors.
pub(super) fn add_columns(
    list: &mut ColumnList,
    window: Option<&Window>,
    bytes: u8,
    selector: Column,
) -> (Vec<Option<ColumnId>>, Vec<ColumnId>) {
    let taps = window.map_or(0, Window::area);
    let gaps = (0..taps).map(|_| list.number(bytes)).collect();
    let selectors = taps.div_ceil(GROUP).saturating_sub(1);
    let selectors = (0..selectors).map(|_| list.add(selector)).collect();
    (gaps, selectors)
}

/// Demands that `value` is the largest of the operand's cells under the window, each plus `constant`. Without a window it
/// is the only cell.
pub(super) fn require(
    rules: &mut Rules,
    columns: &MaximumColumns<'_>,
    value: Polynomial,
    constant: Scalar,
) {
    if columns.gaps.is_empty() {
        rules.input(value, constant);
        return;
    }
    for gap in columns.gaps {
        let gap = Linear::number(*gap);
        rules.input(value.clone().plus(-Scalar::ONE, &gap), constant);
    }
    require_a_zero(rules, columns);
}

/// Demands that some gap is zero.
///
/// Gaps stand in groups of two. `selectorᵢ·Π groupᵢ = 0` for every group but the last, and
/// `(1 − Σ selectorᵢ)·Π last group = 0`. If a selector is not zero, its group contains a zero. If all selectors are zero,
/// the last group does. No rule needs the selectors to be bits.
fn require_a_zero(rules: &mut Rules, columns: &MaximumColumns<'_>) {
    let mut others = Linear::default().shifted(Scalar::ONE);
    let mut selectors = columns.selectors.iter();
    for group in columns.gaps.chunks(GROUP) {
        let mut factors: Vec<Linear> = group.iter().map(|gap| Linear::number(*gap)).collect();
        if let Some(selector) = selectors.next() {
            let selector = Linear::column(*selector);
            others.add_scaled(&selector, -Scalar::ONE);
            factors.push(selector);
        } else {
            factors.push(others.clone());
        }
        rules.require_zero(Polynomial::product(&factors));
    }
}
