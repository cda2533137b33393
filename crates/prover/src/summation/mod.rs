//! The sum of all rules as summands of the sumcheck, one for each table.
//!
//! | summand | of tables |
//! |---|---|
//! | [`RangeSummand`] | the table that checks bytes, if all its cells are bytes |
//! | [`TableSummand`] | tables of small integers that make no lookups |
//! | [`Rows`] | all others, from the definition |

mod eq;
mod kernel;
mod range;
mod row_sum;
mod table;

use crate::key::ProvingKey;
use crate::lookup::Helpers;
use crate::sumcheck::{Rows, Summand};
use crate::wiring::add_transposed;
use crate::witness::Witness;
use eq::Eq;
use range::{Lookup, RangeSummand, RangeTable};
use rayon::prelude::*;
use row_sum::RowSum;
use table::{IntegerTable, TableSummand};
use zklens_field::{AdditiveGroup, Scalar};
use zklens_layers::circuit::Path;
use zklens_layers::gadgets::lookup::Helper;
use zklens_layers::gadgets::polynomial::Linear;
use zklens_layers::gadgets::{Column, Query};
use zklens_layers::layout::{Layout, TableLayout};
use zklens_layers::relation::Relation;
use zklens_layers::relation::wiring::Covector;
use zklens_layers::{Challenges, Relations};
use zklens_multilinear::eq_table;

/// Everything that summands are made of.
pub(crate) struct Summation<'a> {
    pub(crate) key: &'a ProvingKey,
    pub(crate) layout: &'a Layout,
    pub(crate) witness: &'a Witness,
    pub(crate) helpers: &'a Helpers,
    pub(crate) relations: &'a Relations,
    pub(crate) challenges: &'a Challenges,
    /// The cells of the mask vector.
    pub(crate) mask: &'a [Scalar],
}

impl Summation<'_> {
    /// The constant with all biases; and for each table, the coefficient of each row's output, or an empty list if nothing
    /// takes it.
    pub(crate) fn wired(&self) -> (Scalar, Vec<Vec<Scalar>>) {
        let mut constant = self.relations.constant;
        let mut wired: Vec<Vec<Scalar>> = vec![Vec::new(); self.layout.tables.len()];
        let tables = self.key.verifying().circuit().tables.iter();
        for (table, relation) in tables.zip(&self.relations.tables) {
            for path in table.operand.iter().flat_map(|operand| &operand.paths) {
                let array = |index| self.key.array(index);
                let weights = path.weights.map(|weighted| array(weighted.array));
                let biases = path.weights.map(|weighted| array(weighted.array + 1));
                let weights = weights.unwrap_or_default();
                for covector in &relation.covectors {
                    let source = &self.layout.tables[path.source];
                    add_transposed(&mut wired[path.source], source, path, covector, &weights);
                    if let Some(biases) = &biases {
                        constant += bias(path, covector, biases);
                    }
                }
            }
        }
        (constant, wired)
    }

    /// The summand of each table.
    pub(crate) fn summands(&self, wired: Vec<Vec<Scalar>>) -> Vec<Box<dyn Summand + '_>> {
        let tables = wired.into_par_iter().enumerate();
        tables
            .map(|(table, wired)| self.summand(table, wired))
            .collect()
    }

    /// The summand of a table. Its first cells are the columns.
    fn summand(&self, table: usize, wired: Vec<Scalar>) -> Box<dyn Summand + '_> {
        let table_layout = &self.layout.tables[table];
        let relation = &self.relations.tables[table];
        let blinds = table_layout.blinds.iter().map(|cell| self.mask[*cell]);
        let blinds: Vec<Scalar> = blinds.collect();
        let skipped = self.challenges.point.len() + 1 - table_layout.num_vars();
        let point = &self.challenges.point[skipped..];
        let eq = || Eq::new(table_layout.dims, table_layout.bits(), point);
        let is_range = table == self.key.verifying().circuit().range_table();
        let range = is_range.then(|| self.range_table(table, relation, &blinds));
        if let Some(range) = range.flatten() {
            return Box::new(RangeSummand::new(range, eq()));
        }
        let columns = self.witness.tables[table].iter().collect();
        if let Some(table) = IntegerTable::new(columns, relation, blinds.clone()) {
            return Box::new(TableSummand::new(table, eq(), wired));
        }
        Box::new(self.rows(table, relation, blinds, &wired, point))
    }

    /// The table that checks bytes; `None` if one of its cells is not a byte.
    fn range_table(
        &self,
        table: usize,
        relation: &Relation,
        blinds: &[Scalar],
    ) -> Option<RangeTable> {
        let rows: usize = self.layout.tables[table].dims.iter().product();
        let columns = self.witness.tables[table].iter().map(|column| {
            let bytes = column.bytes().filter(|bytes| bytes.len() >= rows)?;
            Some(bytes.range(0..rows))
        });
        let columns: Option<Vec<_>> = columns.collect();
        let columns = columns.filter(|columns| !columns.is_empty())?;
        let helpers = self.layout.tables[table].helpers.iter();
        let lookups = (columns.len()..).zip(helpers).map(|(cell, helper)| {
            let Helper::Queries { queries, .. } = helper else {
                return None;
            };
            let bytes = queries.iter().map(|query| match query {
                Query::Byte(column) => Some(*column),
                Query::Entry { .. } => None,
            });
            let in_sum = relation.lookup_sum.terms.iter();
            Some(Lookup {
                columns: bytes.collect::<Option<_>>()?,
                power: power(relation, cell)?,
                in_sum: in_sum.filter(|(c, _)| *c == cell).map(|(_, c)| *c).sum(),
            })
        });
        Some(RangeTable {
            lookups: lookups.collect::<Option<_>>()?,
            of_bytes: self.helpers.of_bytes().clone(),
            alpha: self.challenges.lookup.alpha,
            blinds: blinds.to_vec(),
            row_sum: RowSum::new(relation, blinds.len(), blinds.len()),
            columns,
        })
    }

    /// Any table, as scalars over the hypercube.
    fn rows(
        &self,
        table: usize,
        relation: &Relation,
        blinds: Vec<Scalar>,
        wired: &[Scalar],
        point: &[Scalar],
    ) -> Rows {
        let table_layout = &self.layout.tables[table];
        let columns = table_layout.columns();
        let columns = columns.iter().enumerate();
        let mut tables: Vec<Vec<Scalar>> = columns
            .map(|(column, kind)| self.column(table, column, *kind))
            .collect();
        let num_vars = table_layout.num_vars();
        if table_layout.helpers.iter().any(Helper::needs_index) {
            tables.push((0..1_u64 << (num_vars - 1)).map(Scalar::from).collect());
        }
        let num_columns = tables.len();
        tables.push(scatter(table_layout, wired.iter().copied()));
        tables.push(eq_table(point));
        let sum = RowSum::new(relation, blinds.len(), num_columns);
        Rows::new(num_vars, tables, blinds, sum)
    }

    /// The values of a column over the hypercube.
    fn column(&self, table: usize, column: usize, kind: Column) -> Vec<Scalar> {
        let table_layout = &self.layout.tables[table];
        let integers =
            |cells: &[i64]| scatter(table_layout, cells.iter().map(|n| Scalar::from(*n)));
        match kind {
            Column::Helper => {
                let helper = column - table_layout.rules.columns.len();
                scatter(table_layout, self.helpers.cells(table, helper))
            }
            Column::Fixed { array } => integers(&self.key.array(array)),
            Column::Byte | Column::Number { .. } | Column::Integer => {
                scatter(table_layout, self.witness.tables[table][column].scalars())
            }
        }
    }
}

/// The power of `λ` of a helper's rule: the coefficient of its first product.
fn power(relation: &Relation, helper: usize) -> Option<Scalar> {
    let helper = Linear::cell(helper);
    let mut products = relation.constraints.products.iter();
    let first = products.find(|product| product.factors.first() == Some(&helper))?;
    Some(first.coefficient)
}

/// Spreads the cells of a tensor over the hypercube, with zeros between them.
fn scatter(table_layout: &TableLayout, cells: impl Iterator<Item = Scalar>) -> Vec<Scalar> {
    let mut table = vec![Scalar::ZERO; 1 << (table_layout.num_vars() - 1)];
    let [_, channels, height, width] = table_layout.dims;
    let [_, channel_bits, row_bits, column_bits] = table_layout.bits();
    let mut cells = cells;
    for image in table.chunks_mut(1 << (channel_bits + row_bits + column_bits)) {
        for plane in image
            .chunks_mut(1 << (row_bits + column_bits))
            .take(channels)
        {
            for line in plane.chunks_mut(1 << column_bits).take(height) {
                for (to, cell) in line[..width].iter_mut().zip(cells.by_ref()) {
                    *to = cell;
                }
            }
        }
    }
    table
}

/// The share of a layer's bias in the constant.
fn bias(path: &Path, covector: &Covector, bias: &[i64]) -> Scalar {
    let covector = covector.at_end_of(path);
    let [_, channels, _, _] = &covector.axes;
    let terms = channels.values().into_iter().zip(bias);
    let sum: Scalar = terms
        .map(|(weight, bias)| weight * Scalar::from(*bias))
        .sum();
    sum * covector.per_channel()
}

#[cfg(test)]
mod tests;
