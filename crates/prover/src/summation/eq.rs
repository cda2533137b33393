//! `eq` of a table's point, as a factor that a round need not sum.
//!
//! While variables are bound one after the other, `eq(r, ·)` is a product of three factors: that of the bound variables, a
//! scalar; that of the next variable, which is linear; and that of the others, a weight for each row. A round sums the
//! rest of a combination with these weights, and multiplies by the other two at the end, so its degree is lower by one.
//! Reference: Gruen, *Some Improvements for the PIOP for ZeroCheck*, section 3 (ePrint 2024/108).
//!
//! A table is stored without padding, over four axes. As the first axis that is left is folded, rows `i` and `i + half` of
//! it become one. `half` is a power of two, so after one round the axis has no padding.

use crate::sumcheck::Univariate;
use rayon::prelude::*;
use zklens_field::{AdditiveGroup, Field, Scalar};
use zklens_layers::dims::AXES;
use zklens_multilinear::eq_table;

/// The weights of fewer rows than this are multiplied out.
const FEW: usize = 16;

/// The number of cells below which a second thread does not pay.
const MIN_CELLS: usize = 1 << 10;

/// A table's rows, and `eq` of its point on them.
#[derive(Clone, Debug)]
pub(super) struct Eq {
    /// Sides that are left.
    dims: [usize; AXES],
    /// Bits of each side that are left.
    bits: [usize; AXES],
    /// The coordinates of the unbound variables.
    point: Vec<Scalar>,
    /// `eq` of the bound variables.
    bound: Scalar,
}

impl Eq {
    /// For a table of these sides. `point` has a coordinate for each variable but the blinding variable.
    ///
    /// # Panics
    ///
    /// If the point has another number of coordinates.
    pub(super) fn new(dims: [usize; AXES], bits: [usize; AXES], point: &[Scalar]) -> Self {
        assert_eq!(bits.iter().sum::<usize>(), point.len(), "coordinates");
        Self {
            dims,
            bits,
            point: point.to_vec(),
            bound: Scalar::ONE,
        }
    }

    /// The number of rows that are left.
    pub(super) fn rows(&self) -> usize {
        self.dims.iter().product()
    }

    /// The number of variables that are left.
    pub(super) const fn num_vars(&self) -> usize {
        self.point.len()
    }

    /// The axis of the next variable. The last if none is left.
    fn axis(&self) -> usize {
        let first = self.bits.iter().position(|bits| *bits > 0);
        first.unwrap_or(AXES - 1)
    }

    /// Bits of the axis of the next variable that are left.
    pub(super) fn bits_of_axis(&self) -> usize {
        self.bits[self.axis()]
    }

    /// The number of rows for each index of the axis of the next variable.
    pub(super) fn rows_inside(&self) -> usize {
        self.dims[self.axis() + 1..].iter().product()
    }

    /// Row `j` and row `j + half()` become one. The second is missing if the table has fewer rows.
    pub(super) fn half(&self) -> usize {
        self.rows_inside() << (self.bits_of_axis() - 1)
    }

    /// `eq` of the bound variables.
    pub(super) const fn bound(&self) -> Scalar {
        self.bound
    }

    /// `eq` of all unbound variables on each row.
    pub(super) fn weights(&self) -> Weights {
        self.weights_from(0)
    }

    /// `eq` of the unbound variables but the next one, on the first half of the rows.
    pub(super) fn weights_of_pairs(&self) -> Weights {
        self.weights_from(1)
    }

    fn weights_from(&self, skipped: usize) -> Weights {
        let axis = self.axis();
        let (along, mut rest) = self.point.split_at(self.bits[axis]);
        let mut outer = eq_table(&along[skipped.min(along.len())..]);
        if skipped == 0 {
            outer.truncate(self.dims[axis]);
        }
        let mut inner = vec![Scalar::ONE];
        for axis in axis + 1..AXES {
            let (own, others) = rest.split_at(self.bits[axis]);
            rest = others;
            inner = products(&inner, &eq_table(own)[..self.dims[axis]]);
        }
        if inner.len() < FEW || outer.len() == 1 {
            inner = products(&outer, &inner);
            outer = vec![Scalar::ONE];
        }
        Weights { outer, inner }
    }

    /// `eq` of the bound variables and the next one, times `polynomial`.
    pub(super) fn times(&self, polynomial: &Univariate) -> Univariate {
        let next = &self.point[0];
        let constant = self.bound * (Scalar::ONE - next);
        let slope = self.bound * next - constant;
        let mut product = polynomial.map(|coefficient| coefficient * constant);
        for (to, coefficient) in product[1..].iter_mut().zip(polynomial) {
            *to += slope * coefficient;
        }
        product
    }

    /// The value at one of a polynomial `A` with the value `at_zero` at zero, if the sum of `eq·A` at zero and one is `sum`.
    pub(super) fn value_at_one(&self, sum: &Scalar, at_zero: &Scalar) -> Scalar {
        let next = &self.point[0];
        let weight = (self.bound * next).inverse();
        let weight = weight.expect("challenges are zero once in 2^250 proofs");
        (*sum - self.bound * (Scalar::ONE - next) * at_zero) * weight
    }

    /// Binds the next variable to `r`.
    pub(super) fn bind(&mut self, r: &Scalar) {
        let axis = self.axis();
        let next = self.point.remove(0);
        self.bound *= Scalar::ONE - next - r + (next * r).double();
        self.bits[axis] -= 1;
        self.dims[axis] = 1 << self.bits[axis];
    }
}

/// A weight for each row, as a product of two.
#[derive(Debug)]
pub(super) struct Weights {
    outer: Vec<Scalar>,
    inner: Vec<Scalar>,
}

impl Weights {
    /// The weight of a row.
    pub(super) fn at(&self, row: usize) -> Scalar {
        if self.outer.len() == 1 {
            return self.inner[row];
        }
        self.outer[row / self.inner.len()] * self.inner[row % self.inner.len()]
    }
}

fn products(outer: &[Scalar], inner: &[Scalar]) -> Vec<Scalar> {
    let times = |factor: &Scalar| {
        let factor = *factor;
        inner.iter().map(move |value| factor * value)
    };
    outer.iter().flat_map(times).collect()
}

/// Folds rows: row `j` and row `j + half` become one at `r`. Missing rows are `padding`.
pub(super) fn fold(rows: &mut Vec<Scalar>, half: usize, padding: &[Scalar], r: &Scalar) {
    let width = padding.len();
    let (low, high) = rows.split_at_mut(half * width);
    let (paired, alone) = low.split_at_mut(high.len());
    paired
        .par_iter_mut()
        .with_min_len(MIN_CELLS)
        .zip(high.par_iter())
        .for_each(|(low, high)| {
            if *low != *high {
                *low += (*high - *low) * r;
            }
        });
    let rows_alone = alone.par_chunks_mut(width).with_min_len(MIN_CELLS / width);
    rows_alone.for_each(|row| {
        for (low, padding) in row.iter_mut().zip(padding) {
            *low += (*padding - *low) * r;
        }
    });
    rows.truncate(half * width);
}
