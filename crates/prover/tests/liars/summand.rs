//! One table's part in the sum, evaluated as it is written down.

use crate::network::row_of;
use zklens_field::{AdditiveGroup, Scalar};
use zklens_layers::Challenges;
use zklens_layers::layout::{DEGREE, TableLayout};
use zklens_layers::relation::Relation;
use zklens_multilinear::eq_table;
use zklens_prover::sumcheck::{Combination, Rows, Summand};

/// A table's summand, whose first tables are its columns.
pub(crate) fn summand(
    table_layout: &TableLayout,
    cells: &[Vec<Scalar>],
    relation: &Relation,
    wired: &[Scalar],
    challenges: &Challenges,
    mask: &[Scalar],
) -> Box<dyn Summand> {
    let (tables, sum) = tables(table_layout, cells, relation, wired, challenges);
    let blinds = table_layout.blinds.iter().map(|cell| mask[*cell]).collect();
    Box::new(Rows::new(table_layout.num_vars(), tables, blinds, sum))
}

/// The sum of a table's summand over all rows.
pub(crate) fn total(
    table_layout: &TableLayout,
    cells: &[Vec<Scalar>],
    relation: &Relation,
    wired: &[Scalar],
    challenges: &Challenges,
) -> Scalar {
    let (tables, sum) = tables(table_layout, cells, relation, wired, challenges);
    let rows = 0..tables[0].len();
    rows.map(|row| sum.evaluate(&row_of(&tables, row))).sum()
}

fn tables(
    table_layout: &TableLayout,
    cells: &[Vec<Scalar>],
    relation: &Relation,
    wired: &[Scalar],
    challenges: &Challenges,
) -> (Vec<Vec<Scalar>>, Sum) {
    let num_vars = table_layout.num_vars();
    let columns = cells.iter().map(|cells| scatter(table_layout, cells));
    let mut tables: Vec<Vec<Scalar>> = columns.collect();
    let skipped = challenges.point.len() + 1 - num_vars;
    tables.push((0..1_u64 << (num_vars - 1)).map(Scalar::from).collect());
    tables.push(scatter(table_layout, wired));
    tables.push(eq_table(&challenges.point[skipped..]));
    let sum = Sum {
        relation: relation.clone(),
        columns: cells.len(),
    };
    (tables, sum)
}

/// The sum of [`zklens_layers::relation`], as it is written there.
#[derive(Debug)]
struct Sum {
    relation: Relation,
    columns: usize,
}

impl Combination for Sum {
    fn degree(&self) -> usize {
        DEGREE
    }

    fn evaluate(&self, cells: &[Scalar]) -> Scalar {
        let [.., index, wired, eq] = *cells else {
            return Scalar::ZERO;
        };
        let row = [&cells[..self.columns], &[index]].concat();
        let Relation {
            constraints,
            lookup_sum,
            output,
            ..
        } = &self.relation;
        eq * constraints.evaluate(&row) + wired * output.evaluate(&row) + lookup_sum.evaluate(&row)
    }
}

/// A tensor's cells at their places in the hypercube.
fn scatter(table_layout: &TableLayout, cells: &[Scalar]) -> Vec<Scalar> {
    let mut table = vec![Scalar::ZERO; 1 << (table_layout.num_vars() - 1)];
    let axes = table_layout.dims.into_iter().zip(table_layout.bits()).rev();
    for (cell, value) in cells.iter().enumerate() {
        let start = (0, 0, cell);
        let (place, ..) = axes
            .clone()
            .fold(start, |(place, shift, rest), (side, bits)| {
                (place | (rest % side) << shift, shift + bits, rest / side)
            });
        table[place] = *value;
    }
    table
}
