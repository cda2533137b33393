//! Sums over pairs of rows: the values of a round's polynomial.

use super::RangeTable;
use zklens_field::{AdditiveGroup, Scalar};

/// Sums over pairs of rows, and room for one pair.
pub(super) struct PairSums {
    pub(super) low: Vec<Scalar>,
    pub(super) high: Vec<Scalar>,
    pub(super) at_zero: Scalar,
    pub(super) at_two: Scalar,
    pub(super) leading: Scalar,
    pub(super) helpers: Vec<Scalar>,
}

impl PairSums {
    pub(super) fn new(width: usize, helpers: usize) -> Self {
        Self {
            low: vec![Scalar::ZERO; width],
            high: vec![Scalar::ZERO; width],
            at_zero: Scalar::ZERO,
            at_two: Scalar::ZERO,
            leading: Scalar::ZERO,
            helpers: vec![Scalar::ZERO; helpers],
        }
    }

    /// Adds the pair of rows in `low` and `high`. At zero only if asked: there the rules of unbound rows are zero.
    pub(super) fn add(&mut self, table: &RangeTable, weight: &Scalar, at_zero: bool) {
        let helpers = self.low[table.columns.len()..].iter();
        for (sum, helper) in self.helpers.iter_mut().zip(helpers) {
            *sum += helper;
        }
        if at_zero {
            self.at_zero += *weight * table.rules(&self.low);
        }
        let is_cubic = table.degree() > 2;
        for (low, high) in self.low.iter_mut().zip(&mut self.high) {
            // From here on `low` is the slope, and `high` the value at two.
            *low = *high - *low;
            if is_cubic {
                *high += *low;
            }
        }
        if is_cubic {
            self.at_two += *weight * table.rules(&self.high);
        }
        self.leading += *weight * table.leading(&self.low);
    }

    pub(super) fn merge(mut self, other: &Self) -> Self {
        self.at_zero += other.at_zero;
        self.at_two += other.at_two;
        self.leading += other.leading;
        let helpers = self.helpers.iter_mut().zip(&other.helpers);
        helpers.for_each(|(sum, addend)| *sum += addend);
        self
    }
}
