//! The summand of the table that checks bytes: the largest table of all by far.
//!
//! It has columns of bytes, and helpers that are functions of them. A helper of two bytes `a` and `b` has the rule
//!
//! ```text
//! h·(α + a)·(α + b) − a·(α + b) − b·(α + a)  =  (h − 2)·(α + a)·(α + b) + α·(2α + a + b)
//! ```
//!
//! and one of a single byte `h·(α + a) − a = (h − 1)·(α + a) + α`. The linear parts of all rules, each times its power of
//! `λ`, are one linear function `ℓ` of the bytes. A row therefore has the cells `α + a` for each column, `power·(h − 2)` or
//! `power·(h − 1)` for each helper, and `ℓ`; and the rules are products of such cells, plus `ℓ`.
//!
//! The first rounds read the bytes themselves. After `k` rounds a cell is a constant and a sum of `2^k` bytes with weights, so
//! it takes `2^k` additions from tables of `weight·byte`. The same holds for helpers and `ℓ`. Only then are there few
//! enough rows left to store them as scalars.

mod pairs;
mod reader;

use super::eq::{Eq, Weights, fold};
use super::row_sum::RowSum;
use crate::integers::Bytes;
use crate::sumcheck::univariate::{horner, sum, with_leading};
use crate::sumcheck::{Combination, Summand, Univariate};
use pairs::PairSums;
use rayon::prelude::*;
use reader::{Reader, Tables};
use zklens_field::{AdditiveGroup, Field, Scalar};

/// Rounds that read bytes.
const ROUNDS_OF_BYTES: usize = 3;

/// The number of rows below which a second thread does not pay.
const MIN_ROWS: usize = 1 << 5;

/// A byte's values: 0 to 255.
const BYTES: usize = 256;

/// A helper of one or two columns of bytes.
#[derive(Clone, Debug)]
pub(super) struct Lookup {
    /// The columns.
    pub(super) columns: Vec<usize>,
    /// The power of `λ` of its rule.
    pub(super) power: Scalar,
    /// The coefficient of the helper in the sum over lookups.
    pub(super) in_sum: Scalar,
}

/// The table's columns and rules.
#[derive(Debug)]
pub(super) struct RangeTable {
    pub(super) columns: Vec<Bytes>,
    pub(super) lookups: Vec<Lookup>,
    /// `k/(α + k)` for each byte `k`.
    pub(super) of_bytes: std::sync::Arc<[Scalar]>,
    pub(super) alpha: Scalar,
    pub(super) blinds: Vec<Scalar>,
    /// The whole combination.
    pub(super) row_sum: RowSum,
}

/// The summand.
#[derive(Debug)]
pub(super) struct RangeSummand {
    table: RangeTable,
    /// A row of zero bytes.
    padding: Vec<Scalar>,
    eq: Eq,
    /// Bound variables, while rounds read bytes.
    bound: Vec<Scalar>,
    /// The rows, once they are stored.
    rows: Option<Vec<Scalar>>,
    /// The sum of all rules with `eq`, and that over lookups. An honest prover's rules are zero.
    sums: [Scalar; 2],
    /// The latest round's polynomials, for both sums.
    polynomials: [Univariate; 2],
}

impl RangeSummand {
    pub(super) fn new(table: RangeTable, eq: Eq) -> Self {
        let of_lookup = |lookup: &Lookup| {
            let columns = lookup.columns.iter().map(|column| {
                let counts = counts(&table.columns[*column]);
                let terms = counts.iter().zip(table.of_bytes.iter());
                terms.map(|(n, value)| *n * value).sum::<Scalar>()
            });
            lookup.in_sum * columns.sum::<Scalar>()
        };
        let over_lookups = table.lookups.par_iter().map(of_lookup).sum();
        Self {
            padding: table.padding(),
            table,
            eq,
            bound: Vec::new(),
            rows: None,
            sums: [Scalar::ZERO, over_lookups],
            polynomials: Default::default(),
        }
    }

    const fn is_unbound(&self) -> bool {
        self.rows.is_none() && self.bound.is_empty()
    }

    /// Sums over pairs of rows: of the rules at 0, at 2, and their leading coefficients; and of each helper of
    /// the first row.
    fn pair_sums(&self, weights: &Weights) -> PairSums {
        let half = self.eq.half();
        let reader = Reader::new(self);
        let new = || PairSums::new(self.padding.len(), self.table.lookups.len());
        (0..half)
            .into_par_iter()
            .with_min_len(MIN_ROWS)
            .fold(new, |mut sums, row| {
                let PairSums { low, high, .. } = &mut sums;
                reader.read(row, low);
                reader.read(row + half, high);
                sums.add(&self.table, &weights.at(row), !self.is_unbound());
                sums
            })
            .reduce(new, |left, right| left.merge(&right))
    }
}

/// How often each byte occurs.
fn counts(bytes: &[u8]) -> Vec<Scalar> {
    let mut counts = [0_u64; BYTES];
    for byte in bytes {
        counts[usize::from(*byte)] += 1;
    }
    counts.iter().map(|count| Scalar::from(*count)).collect()
}

impl RangeTable {
    /// The degree of the rules.
    fn degree(&self) -> usize {
        let columns = self.lookups.iter().map(|lookup| lookup.columns.len());
        1 + columns.max().unwrap_or(0)
    }

    /// A row of zero bytes.
    fn padding(&self) -> Vec<Scalar> {
        let mut cells = vec![self.alpha; self.columns.len()];
        let constant = |lookup: &Lookup| match lookup.columns.len() {
            2 => [
                -lookup.power.double(),
                lookup.power * self.alpha.square().double(),
            ],
            _ => [-lookup.power, lookup.power * self.alpha],
        };
        let constants: Vec<[Scalar; 2]> = self.lookups.iter().map(constant).collect();
        cells.extend(constants.iter().map(|[helper, _]| *helper));
        cells.push(constants.iter().map(|[_, linear]| *linear).sum());
        cells
    }

    /// All rules on a row.
    fn rules(&self, cells: &[Scalar]) -> Scalar {
        let mut value = cells[self.columns.len() + self.lookups.len()];
        for (lookup, helper) in self.lookups.iter().zip(&cells[self.columns.len()..]) {
            value += match lookup.columns.as_slice() {
                [a, b] => cells[*a] * cells[*b] * helper,
                [a, ..] => cells[*a] * helper,
                [] => Scalar::ZERO,
            };
        }
        value
    }

    /// The coefficient of the highest degree of all rules along a line of these slopes.
    fn leading(&self, slopes: &[Scalar]) -> Scalar {
        let helpers = self.lookups.iter().zip(&slopes[self.columns.len()..]);
        let highest = helpers.filter(|(lookup, _)| lookup.columns.len() + 1 == self.degree());
        let products = highest.map(|(lookup, helper)| {
            let columns = lookup.columns.iter();
            columns.fold(*helper, |product, column| product * slopes[*column])
        });
        products.sum()
    }
}

impl Summand for RangeSummand {
    fn num_vars(&self) -> usize {
        self.eq.num_vars() + 1
    }

    fn degree(&self) -> usize {
        self.table.degree() + 1
    }

    fn sum(&mut self) -> Scalar {
        self.sums[0] + self.sums[1]
    }

    fn round(&mut self, _: Option<&Scalar>) -> Univariate {
        let pairs = self.pair_sums(&self.eq.weights_of_pairs());
        let at_one = self.eq.value_at_one(&self.sums[0], &pairs.at_zero);
        let finite = [pairs.at_zero, at_one, pairs.at_two];
        let rules = with_leading(&finite[..self.table.degree()], pairs.leading);
        let helpers = self.table.lookups.iter().zip(&pairs.helpers);
        let half = Scalar::from(self.eq.half() as u64);
        let padding = &self.padding[self.table.columns.len()..];
        let at_zero: Scalar = helpers
            .zip(padding)
            .map(|((lookup, sum), padding)| {
                let helpers = (*sum - half * padding) * inverse(&lookup.power);
                lookup.in_sum * helpers
            })
            .sum();
        let mut lookups = Univariate::default();
        lookups[0] = at_zero;
        lookups[1] = self.sums[1] - at_zero.double();
        self.polynomials = [self.eq.times(&rules), lookups];
        sum(self.polynomials[0], lookups)
    }

    fn bind(&mut self, r: &Scalar) {
        self.sums = std::array::from_fn(|k| horner(&self.polynomials[k], r));
        let half = self.eq.half();
        let width = self.padding.len();
        if let Some(rows) = &mut self.rows {
            fold(rows, half, &self.padding, r);
        } else if self.bound.len() + 1 < ROUNDS_OF_BYTES && self.eq.bits_of_axis() > 1 {
            self.bound.push(*r);
        } else {
            let reader = Reader::new(self);
            let mut rows = vec![Scalar::ZERO; half * width];
            let chunks = rows
                .par_chunks_mut(width)
                .enumerate()
                .with_min_len(MIN_ROWS);
            chunks.for_each_init(
                || vec![Scalar::ZERO; width],
                |high, (row, low)| {
                    reader.read(row, low);
                    reader.read(row + half, high);
                    for (low, high) in low.iter_mut().zip(high) {
                        *low += (*high - *low) * r;
                    }
                },
            );
            drop(reader);
            self.rows = Some(rows);
        }
        self.eq.bind(r);
    }

    fn cells(&self) -> Vec<Scalar> {
        let mut cells = self.padding.clone();
        if let Some(rows) = &self.rows {
            cells.clone_from(rows);
        } else {
            // A table of a single row.
            let tables = Tables::new(&self.table, &Scalar::ONE);
            self.table.add_bytes(0, &tables, &mut cells);
        }
        let (columns, helpers) = cells.split_at(self.table.columns.len());
        let columns = columns.iter().map(|cell| *cell - self.table.alpha);
        let padding = &self.padding[self.table.columns.len()..];
        let helpers = self.table.lookups.iter().zip(helpers).zip(padding);
        let helpers =
            helpers.map(|((lookup, helper), padding)| (*helper - padding) * inverse(&lookup.power));
        // Nothing is wired to it.
        let others = [Scalar::ZERO, self.eq.bound()];
        columns.chain(helpers).chain(others).collect()
    }

    fn blinds(&self) -> &[Scalar] {
        &self.table.blinds
    }

    fn evaluate(&self, cells: &[Scalar]) -> Scalar {
        self.table.row_sum.evaluate(cells)
    }
}

fn inverse(power: &Scalar) -> Scalar {
    power
        .inverse()
        .expect("challenges are zero once in 2^250 proofs")
}
