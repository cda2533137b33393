//! The summand of a table whose columns are integers, and which makes no lookups itself.
//!
//! The sum has two parts: `eq·constraints`, where `eq` is left to [`struct@Eq`], and `M·output`. Each is followed by itself, since
//! the value at one of a round's polynomial follows from the part's own sum.
//!
//! The first round reads the integers, and so does the sum before it. Then rows are half as many, and are stored as
//! scalars: the columns, the linear part of the constraints, and `M`.

mod pairs;

use super::eq::{Eq, Weights, fold};
use super::kernel::{IntegerKernel, Kernel};
use super::row_sum::RowSum;
use crate::integers::{Integers, add_multiple};
use crate::sumcheck::univariate::{horner, sum, with_leading};
use crate::sumcheck::{Combination, Summand, Univariate};
use pairs::{AT_ONE, AT_ZERO, LEADING, Line, PairSums, StoredLine, merged};
use rayon::prelude::*;
use zklens_field::{AdditiveGroup, Field, Scalar, lifting};
use zklens_layers::gadgets::polynomial::{Linear, Polynomial};
use zklens_layers::relation::Relation;

/// The number of rows below which a second thread does not pay.
const MIN_ROWS: usize = 1 << 5;

/// The highest degrees of constraints and outputs that rounds sum up.
const MOST: [usize; 2] = [3, 2];

/// The table's columns and rules.
#[derive(Debug)]
pub(super) struct IntegerTable<'a> {
    columns: Vec<&'a Integers>,
    constraints: Part,
    output: Part,
    blinds: Vec<Scalar>,
    /// The whole combination.
    row_sum: RowSum,
}

/// A polynomial, in all forms that rounds need.
#[derive(Debug)]
struct Part {
    linear: Linear,
    kernel: Kernel,
    on_integers: IntegerKernel,
}

impl Part {
    fn new(polynomial: &Polynomial, largest: &[u64]) -> Option<Self> {
        Some(Self {
            linear: polynomial.linear.clone(),
            kernel: Kernel::new(polynomial)?,
            on_integers: IntegerKernel::new(polynomial, largest)?,
        })
    }

    /// The linear part of a row of integers without its constant, over the radix.
    fn linear_of(&self, cells: &[i128]) -> Scalar {
        let mut sum = Scalar::ZERO;
        for (cell, coefficient) in &self.linear.terms {
            add_multiple(&mut sum, coefficient, cells[*cell]);
        }
        sum
    }

    /// The polynomial on a row of scalars.
    fn evaluate(&self, cells: &[Scalar], linear: &Scalar, room: &mut [Scalar]) -> Scalar {
        self.kernel.evaluate(cells, room) + linear + self.linear.constant
    }
}

impl<'a> IntegerTable<'a> {
    /// `None` if a column or a rule is not of small integers, or the table makes lookups.
    pub(super) fn new(
        columns: Vec<&'a Integers>,
        relation: &Relation,
        blinds: Vec<Scalar>,
    ) -> Option<Self> {
        if !relation.lookup_sum.terms.is_empty() || columns.is_empty() {
            return None;
        }
        if relation.constraints.degree() > MOST[0] || relation.output.degree() > MOST[1] {
            return None;
        }
        let largest: Vec<u64> = columns.par_iter().map(|column| column.largest()).collect();
        Some(Self {
            constraints: Part::new(&relation.constraints, &largest)?,
            output: Part::new(&relation.output, &largest)?,
            row_sum: RowSum::new(relation, columns.len(), columns.len()),
            columns,
            blinds,
        })
    }

    /// Columns, the linear part of the constraints, `M`.
    const fn width(&self) -> usize {
        self.columns.len() + 2
    }

    fn read(&self, row: usize, cells: &mut [i128]) {
        for (cell, column) in cells.iter_mut().zip(&self.columns) {
            *cell = column.at(row).into();
        }
    }
}

/// The summand.
#[derive(Debug)]
pub(super) struct TableSummand<'a> {
    table: IntegerTable<'a>,
    eq: Eq,
    /// `M` of each row, before rows are stored; empty if nothing is wired to the table.
    wired: Vec<Scalar>,
    /// The rows, once they are stored.
    rows: Option<Vec<Scalar>>,
    /// The sum of the constraints with `eq`, and that of `M·output`.
    sums: Option<[Scalar; 2]>,
    /// The latest round's polynomials, for both sums.
    polynomials: [Univariate; 2],
}

impl<'a> TableSummand<'a> {
    pub(super) fn new(table: IntegerTable<'a>, eq: Eq, wired: Vec<Scalar>) -> Self {
        Self {
            table,
            eq,
            wired,
            rows: None,
            sums: None,
            polynomials: Default::default(),
        }
    }

    /// Degrees of both parts, without `eq`. The second is zero if nothing is wired to the table.
    const fn degrees(&self) -> [usize; 2] {
        let IntegerTable {
            constraints,
            output,
            ..
        } = &self.table;
        let of_output = if self.wired.is_empty() && self.rows.is_none() {
            1
        } else {
            1 + output.kernel.degree()
        };
        [constraints.kernel.degree(), of_output]
    }

    fn wired_at(&self, row: usize) -> Scalar {
        self.wired.get(row).copied().unwrap_or(Scalar::ZERO)
    }

    /// Both sums over all rows.
    fn total(&self) -> [Scalar; 2] {
        let rows = self.eq.rows();
        let weights = self.eq.weights();
        let sums = (0..rows).into_par_iter().with_min_len(MIN_ROWS).fold(
            || (Line::new(&self.table), [Scalar::ZERO; 2]),
            |(mut line, mut sums), row| {
                self.table.read(row, &mut line.low);
                let [constraints, output] = line.at_low(&self.table);
                sums[0] += weights.at(row) * constraints;
                sums[1] += self.wired_at(row) * output;
                (line, sums)
            },
        );
        let sums = sums.map(|(_, sums)| sums);
        let sums = sums.reduce(Default::default, |l, r| {
            std::array::from_fn(|k| l[k] + r[k])
        });
        // Constants of outputs count on every row; constraints are without.
        let wired: Scalar = self.wired.par_iter().sum();
        [
            sums[0] * lifting(),
            sums[1] * lifting() + self.table.output.linear.constant * wired,
        ]
    }

    /// Sums over pairs of rows of integers.
    fn integer_pairs(&self, weights: &Weights) -> PairSums {
        let (half, rows) = (self.eq.half(), self.eq.rows());
        let degrees = self.degrees();
        let is_wired = !self.wired.is_empty();
        let sums = (0..half).into_par_iter().with_min_len(MIN_ROWS).fold(
            || (Line::new(&self.table), PairSums::default()),
            |(mut line, mut sums), row| {
                self.table.read(row, &mut line.low);
                if row + half < rows {
                    self.table.read(row + half, &mut line.high);
                } else {
                    line.high.fill(0);
                }
                let wired = is_wired.then(|| [self.wired_at(row), self.wired_at(row + half)]);
                line.add(&self.table, degrees, &weights.at(row), wired, &mut sums);
                (line, sums)
            },
        );
        let sums = sums.map(|(_, sums)| sums).reduce(Default::default, merged);
        sums.map(|part| part.map(|sum| sum * lifting()))
    }

    /// Sums over pairs of rows of scalars. Those at one follow from others.
    fn stored_pairs(&self, rows: &[Scalar], weights: &Weights) -> PairSums {
        let width = self.table.width();
        let (low, high) = rows.split_at(self.eq.half() * width);
        let degrees = self.degrees();
        let new = || (StoredLine::new(&self.table), PairSums::default());
        let pairs = low.par_chunks(width).enumerate().with_min_len(MIN_ROWS);
        let sums = pairs.fold(new, |(mut line, mut sums), (row, low)| {
            line.low.copy_from_slice(low);
            match high.get(row * width..(row + 1) * width) {
                Some(high) => line.high.copy_from_slice(high),
                None => line.high.fill(Scalar::ZERO),
            }
            line.add(&self.table, degrees, &weights.at(row), &mut sums);
            (line, sums)
        });
        sums.map(|(_, sums)| sums).reduce(Default::default, merged)
    }

    /// Folds the integers to half as many rows of scalars.
    fn store(&self, r: &Scalar) -> Vec<Scalar> {
        let (half, all, width) = (self.eq.half(), self.eq.rows(), self.table.width());
        let factors = [(Scalar::ONE - r) * lifting(), *r * lifting()];
        let mut rows = vec![Scalar::ZERO; half * width];
        let linear = &self.table.constraints.linear.terms;
        let chunks = rows
            .par_chunks_mut(width)
            .enumerate()
            .with_min_len(MIN_ROWS);
        chunks.for_each(|(row, cells)| {
            let (columns, others) = cells.split_at_mut(width - 2);
            for (cell, column) in columns.iter_mut().zip(&self.table.columns) {
                add_multiple(cell, &factors[0], column.at(row).into());
                if row + half < all {
                    add_multiple(cell, &factors[1], column.at(row + half).into());
                }
            }
            let terms = linear.iter().map(|(cell, c)| columns[*cell] * c);
            others[0] = terms.sum();
            let [low, high] = [row, row + half].map(|row| self.wired_at(row));
            others[1] = low + (high - low) * r;
        });
        rows
    }
}

impl Summand for TableSummand<'_> {
    fn num_vars(&self) -> usize {
        self.eq.num_vars() + 1
    }

    fn degree(&self) -> usize {
        let [constraints, output] = self.degrees();
        (constraints + 1).max(output)
    }

    fn sum(&mut self) -> Scalar {
        let [constraints, output] = *self.sums.insert(self.total());
        constraints + output
    }

    fn round(&mut self, _: Option<&Scalar>) -> Univariate {
        let weights = self.eq.weights_of_pairs();
        let [mut constraints, mut output] = match &self.rows {
            Some(rows) => self.stored_pairs(rows, &weights),
            None => self.integer_pairs(&weights),
        };
        if let Some([of_constraints, of_output]) = &self.sums {
            constraints[AT_ONE] = self.eq.value_at_one(of_constraints, &constraints[AT_ZERO]);
            output[AT_ONE] = *of_output - output[AT_ZERO];
        }
        let degrees = self.degrees();
        let polynomial = |values: &[Scalar; 4], degree: usize| match degree {
            1 => with_leading(&values[..1], values[AT_ONE] - values[AT_ZERO]),
            _ => with_leading(&values[..degree], values[LEADING]),
        };
        let constraints = self.eq.times(&polynomial(&constraints, degrees[0]));
        let output = polynomial(&output, degrees[1]);
        self.polynomials = [constraints, output];
        sum(constraints, output)
    }

    fn bind(&mut self, r: &Scalar) {
        self.sums = Some(self.polynomials.map(|polynomial| horner(&polynomial, r)));
        let padding = vec![Scalar::ZERO; self.table.width()];
        match &mut self.rows {
            Some(rows) => fold(rows, self.eq.half(), &padding, r),
            None => {
                self.rows = Some(self.store(r));
                self.wired = Vec::new();
            }
        }
        self.eq.bind(r);
    }

    fn cells(&self) -> Vec<Scalar> {
        let columns = self.table.columns.len();
        let mut cells = match &self.rows {
            Some(rows) => rows.clone(),
            None => {
                // A table of a single row.
                let columns = self.table.columns.iter();
                let mut cells: Vec<Scalar> = columns.map(|c| Scalar::from(c.at(0))).collect();
                cells.extend([Scalar::ZERO, self.wired_at(0)]);
                cells
            }
        };
        cells.remove(columns);
        cells.push(self.eq.bound());
        cells
    }

    fn blinds(&self) -> &[Scalar] {
        &self.table.blinds
    }

    fn evaluate(&self, cells: &[Scalar]) -> Scalar {
        self.table.row_sum.evaluate(cells)
    }
}
