//! Tables, with one pass over their rows in each round.

use super::Summand;
use super::combination::Combination;
use super::step;
use super::univariate::{Univariate, coefficients, sum};
use rayon::prelude::*;
use zklens_field::{AdditiveGroup, Scalar};
use zklens_sumcheck::MAX_DEGREE;

/// The number of cells below which a second thread does not pay.
const MIN_CELLS: usize = 1 << 8;

/// Any combination of tables of scalars, summed over their rows.
#[derive(Debug)]
pub struct Rows {
    num_vars: usize,
    tables: Vec<Vec<Scalar>>,
    blinds: Vec<Scalar>,
    combination: Box<dyn Combination>,
}

impl Rows {
    /// The sum of `combination` over `2^(num_vars − 1)` rows: `num_vars` counts the blinding variable.
    ///
    /// The first tables are blinded, one by each of `blinds`, which must be uniformly random and committed to. The others are plain.
    ///
    /// # Panics
    ///
    /// If `num_vars` is zero, the length of a table is not `2^(num_vars − 1)`, there are more blinds than tables, or the degree is
    /// above [`MAX_DEGREE`].
    pub fn new(
        num_vars: usize,
        tables: Vec<Vec<Scalar>>,
        blinds: Vec<Scalar>,
        combination: impl Combination + 'static,
    ) -> Self {
        assert!(num_vars > 0, "a summand has the blinding variable");
        let fits = |table: &Vec<Scalar>| table.len() == 1 << (num_vars - 1);
        assert!(
            tables.iter().all(fits),
            "every table has 2^{} cells",
            num_vars - 1
        );
        assert!(blinds.len() <= tables.len(), "every blind has a table");
        let degree = combination.degree();
        assert!(
            degree <= MAX_DEGREE,
            "degree {degree} of at most {MAX_DEGREE}"
        );
        Self {
            num_vars,
            tables,
            blinds,
            combination: Box::new(combination),
        }
    }

    fn min_rows(&self) -> usize {
        MIN_CELLS.div_ceil(self.tables.len().max(1))
    }
}

impl Summand for Rows {
    fn num_vars(&self) -> usize {
        self.num_vars
    }

    fn degree(&self) -> usize {
        self.combination.degree().max(1)
    }

    fn sum(&mut self) -> Scalar {
        let rows = (0..1_usize << (self.num_vars - 1)).into_par_iter();
        let row = |row: usize| -> Vec<Scalar> { self.tables.iter().map(|t| t[row]).collect() };
        rows.with_min_len(self.min_rows())
            .map(|index| {
                let cells = row(index);
                if self.combination.vanishes(&cells, &cells) {
                    Scalar::ZERO
                } else {
                    self.combination.evaluate(&cells)
                }
            })
            .sum()
    }

    fn round(&mut self, sum_before: Option<&Scalar>) -> Univariate {
        let rows = (0..1_usize << (self.num_vars - 2)).into_par_iter();
        let mut values = rows
            .with_min_len(self.min_rows())
            .fold(
                || Values::new(self, sum_before.is_none()),
                |values, row| values.add(row),
            )
            .map(|values| values.totals)
            .reduce(Univariate::default, sum);
        if let Some(sum) = sum_before {
            values[1] = *sum - values[0];
        }
        coefficients(&values[..=self.degree()])
    }

    fn bind(&mut self, r: &Scalar) {
        self.num_vars -= 1;
        let half = 1 << (self.num_vars - 1);
        let fold = |(low, high): (&mut Scalar, &mut Scalar)| {
            // Padding needs no multiplication.
            if low != high {
                *low += (*high - *low) * r;
            }
        };
        let tables = self.tables.par_iter_mut();
        let tables = tables.with_min_len(MIN_CELLS.div_ceil(half));
        tables.for_each(|table| {
            let (low, high) = table.split_at_mut(half);
            let pairs = low.par_iter_mut().zip(high);
            pairs.with_min_len(MIN_CELLS).for_each(fold);
            table.truncate(half);
        });
    }

    fn cells(&self) -> Vec<Scalar> {
        self.tables.iter().map(|table| table[0]).collect()
    }

    fn blinds(&self) -> &[Scalar] {
        &self.blinds
    }

    fn evaluate(&self, cells: &[Scalar]) -> Scalar {
        self.combination.evaluate(cells)
    }
}

/// Sums a summand's values at `0, 1, …, degree` over pairs of rows.
struct Values<'rows> {
    summand: &'rows Rows,
    at_one: bool,
    totals: Univariate,
    cells: Vec<Scalar>,
    slopes: Vec<Scalar>,
}

impl<'rows> Values<'rows> {
    fn new(summand: &'rows Rows, at_one: bool) -> Self {
        let row = vec![Scalar::ZERO; summand.tables.len()];
        Self {
            summand,
            at_one,
            totals: Univariate::default(),
            cells: row.clone(),
            slopes: row,
        }
    }

    fn add(mut self, row: usize) -> Self {
        let Rows {
            num_vars,
            tables,
            combination,
            ..
        } = self.summand;
        let lines = self.cells.iter_mut().zip(&mut self.slopes);
        for ((low, high), table) in lines.zip(tables) {
            *low = table[row];
            *high = table[row + (1 << (num_vars - 2))];
        }
        if combination.vanishes(&self.cells, &self.slopes) {
            return self;
        }
        for (low, slope) in self.cells.iter().zip(&mut self.slopes) {
            *slope -= low;
        }
        self.totals[0] += combination.evaluate(&self.cells);
        for at in 1..=self.summand.degree() {
            step(&mut self.cells, &self.slopes);
            if at > 1 || self.at_one {
                self.totals[at] += combination.evaluate(&self.cells);
            }
        }
        self
    }
}
