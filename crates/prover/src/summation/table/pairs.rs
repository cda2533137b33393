//! Sums over pairs of rows: the values of a round's polynomials.

use super::IntegerTable;
use std::sync::LazyLock;
use zklens_field::{AdditiveGroup, Field, Scalar, lifting};
use zklens_layers::gadgets::polynomial::Linear;

/// Sums over pairs of rows of both parts: at zero, at one, at two, and the coefficients of the highest degree.
pub(super) type PairSums = [[Scalar; 4]; 2];

pub(super) const AT_ZERO: usize = 0;
pub(super) const AT_ONE: usize = 1;
pub(super) const AT_TWO: usize = 2;
pub(super) const LEADING: usize = 3;

pub(super) fn merged(left: PairSums, right: PairSums) -> PairSums {
    std::array::from_fn(|part| std::array::from_fn(|k| left[part][k] + right[part][k]))
}

/// A pair of rows of integers.
pub(super) struct Line {
    pub(super) low: Vec<i128>,
    pub(super) high: Vec<i128>,
    room: Vec<i128>,
}

impl Line {
    pub(super) fn new(table: &IntegerTable<'_>) -> Self {
        let width = table.columns.len();
        let room = [&table.constraints, &table.output].map(|part| part.on_integers.room());
        Self {
            low: vec![0; width],
            high: vec![0; width],
            room: vec![0; room[0].max(room[1])],
        }
    }

    /// Both polynomials on the first row, over the radix, without constants.
    pub(super) fn at_low(&mut self, table: &IntegerTable<'_>) -> [Scalar; 2] {
        [&table.constraints, &table.output].map(|part| {
            part.on_integers.evaluate(&self.low, &mut self.room) + part.linear_of(&self.low)
        })
    }

    /// Adds a pair's values, over the radix. Afterwards the first row holds the slopes.
    pub(super) fn add(
        &mut self,
        table: &IntegerTable<'_>,
        degrees: [usize; 2],
        weight: &Scalar,
        wired: Option<[Scalar; 2]>,
        sums: &mut PairSums,
    ) {
        let constant = over_lifting(table.output.linear.constant);
        let at_zero = self.at_low(table);
        std::mem::swap(&mut self.low, &mut self.high);
        let at_one = self.at_low(table);
        std::mem::swap(&mut self.low, &mut self.high);
        for (low, high) in self.low.iter_mut().zip(&mut self.high) {
            *low = *high - *low;
            *high += *low;
        }
        sums[0][AT_ZERO] += *weight * at_zero[0];
        sums[0][AT_ONE] += *weight * at_one[0];
        let [constraints, output] = [&table.constraints, &table.output];
        if degrees[0] > 2 {
            let products = constraints.on_integers.evaluate(&self.high, &mut self.room);
            let linear = constraints.linear_of(&self.high);
            sums[0][AT_TWO] += *weight * (products + linear);
        }
        if degrees[0] > 1 {
            let leading = constraints.on_integers.leading(&self.low, &mut self.room);
            sums[0][LEADING] += *weight * leading;
        }
        let Some([wired, wired_at_one]) = wired else {
            return;
        };
        sums[1][AT_ZERO] += wired * (at_zero[1] + constant);
        sums[1][AT_ONE] += wired_at_one * (at_one[1] + constant);
        let slope = wired_at_one - wired;
        if degrees[1] > 2 {
            let products = output.on_integers.evaluate(&self.high, &mut self.room);
            let linear = output.linear_of(&self.high);
            sums[1][AT_TWO] += (wired_at_one + slope) * (products + linear + constant);
            let leading = output.on_integers.leading(&self.low, &mut self.room);
            sums[1][LEADING] += slope * leading;
        } else {
            sums[1][LEADING] += slope * output.linear_of(&self.low);
        }
    }
}

/// A scalar, over the radix.
fn over_lifting(scalar: Scalar) -> Scalar {
    static INVERSE: LazyLock<Scalar> =
        LazyLock::new(|| lifting().inverse().expect("a power of two"));
    scalar * *INVERSE
}

/// A pair of stored rows.
pub(super) struct StoredLine {
    pub(super) low: Vec<Scalar>,
    pub(super) high: Vec<Scalar>,
    room: Vec<Scalar>,
}

impl StoredLine {
    pub(super) fn new(table: &IntegerTable<'_>) -> Self {
        let room = [&table.constraints, &table.output].map(|part| part.kernel.room());
        Self {
            low: vec![Scalar::ZERO; table.width()],
            high: vec![Scalar::ZERO; table.width()],
            room: vec![Scalar::ZERO; room[0].max(room[1])],
        }
    }

    pub(super) fn add(
        &mut self,
        table: &IntegerTable<'_>,
        degrees: [usize; 2],
        weight: &Scalar,
        sums: &mut PairSums,
    ) {
        let (linear, wired) = (table.columns.len(), table.columns.len() + 1);
        let [constraints, output] = [&table.constraints, &table.output];
        let is_wired = self.low[wired] != Scalar::ZERO || self.high[wired] != Scalar::ZERO;
        sums[0][AT_ZERO] +=
            *weight * constraints.evaluate(&self.low, &self.low[linear], &mut self.room);
        if is_wired {
            let value = linear_on(&output.linear, &self.low);
            let value = output.evaluate(&self.low, &value, &mut self.room);
            sums[1][AT_ZERO] += self.low[wired] * value;
        }
        let needs_two = degrees.iter().any(|degree| *degree > 2);
        for (low, high) in self.low.iter_mut().zip(&mut self.high) {
            *low = *high - *low;
            if needs_two {
                *high += *low;
            }
        }
        if degrees[0] > 2 {
            sums[0][AT_TWO] +=
                *weight * constraints.evaluate(&self.high, &self.high[linear], &mut self.room);
        }
        if degrees[0] > 1 {
            sums[0][LEADING] += *weight * constraints.kernel.leading(&self.low, &mut self.room);
        }
        if !is_wired {
            return;
        }
        if degrees[1] > 2 {
            let value = linear_on(&output.linear, &self.high);
            let value = output.evaluate(&self.high, &value, &mut self.room);
            sums[1][AT_TWO] += self.high[wired] * value;
            sums[1][LEADING] += self.low[wired] * output.kernel.leading(&self.low, &mut self.room);
        } else {
            sums[1][LEADING] += self.low[wired] * linear_on(&output.linear, &self.low);
        }
    }
}

/// A linear form without its constant.
fn linear_on(linear: &Linear, cells: &[Scalar]) -> Scalar {
    let terms = linear.terms.iter();
    terms.fold(Scalar::ZERO, |sum, (cell, coefficient)| {
        if *coefficient == Scalar::ONE {
            sum + cells[*cell]
        } else {
            sum + cells[*cell] * coefficient
        }
    })
}
