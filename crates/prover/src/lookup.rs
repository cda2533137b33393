//! The prover's counterpart of [`zklens_layers::gadgets::lookup`]: helper columns. They repeat few different terms, which makes
//! them cheap to commit to.

use crate::commitment::{Cells, Vector};
use crate::random::scalar;
use crate::witness::Witness;
use rand_core::CryptoRng;
use std::collections::HashMap;
use zklens_field::{Scalar, batch_invert};
use zklens_layers::gadgets::Query;
use zklens_layers::gadgets::lookup::{Helper, LookupChallenges};
use zklens_layers::layout::{Layout, TableLayout};

/// A term of a helper, as an index into all values.
type Value = u32;

/// The helper columns of all tables.
#[derive(Clone, Debug)]
pub(crate) struct Helpers {
    /// All different values of terms.
    values: Vec<Scalar>,
    /// For each table, its helper columns.
    tables: Vec<Vec<Column>>,
}

/// A helper column: for each row, the terms whose sum is its cell.
#[derive(Clone, Debug)]
struct Column {
    terms: Vec<[Option<Value>; 2]>,
}

impl Helpers {
    /// The helpers of a witness. `entries` has the values of each table of entries.
    pub(crate) fn new(
        layout: &Layout,
        witness: &Witness,
        entries: &[Option<&[i64]>],
        challenges: &LookupChallenges,
    ) -> Self {
        let mut terms = Terms {
            challenges: *challenges,
            values: Vec::new(),
            known: HashMap::new(),
        };
        let tables = layout.tables.iter().zip(&witness.tables).zip(entries);
        let tables = tables.map(|((table_layout, columns), entries)| {
            let helpers = table_layout.helpers.iter();
            helpers
                .map(|keys| terms.column(table_layout, keys, columns, *entries))
                .collect()
        });
        let tables = tables.collect();
        let mut denominators: Vec<Scalar> = terms
            .values
            .iter()
            .map(|(key, _)| *key + challenges.alpha)
            .collect();
        batch_invert(&mut denominators);
        let values = terms.values.iter().zip(&denominators);
        Self {
            values: values
                .map(|((key, count), inverse)| *count * key * inverse)
                .collect(),
            tables,
        }
    }

    /// The cells of a helper column.
    pub(crate) fn cells(&self, table: usize, helper: usize) -> impl Iterator<Item = Scalar> + '_ {
        let terms = self.tables[table][helper].terms.iter();
        terms.map(|terms| {
            let values = terms.iter().flatten();
            values.map(|value| self.values[*value as usize]).sum()
        })
    }

    /// The vectors of all helper columns.
    pub(crate) fn vectors(&self, layout: &Layout, rng: &mut dyn CryptoRng) -> Vec<Vector> {
        let first = layout.vectors.helpers.start;
        let mut rows = vec![(Vec::new(), 0_usize); layout.vectors.helpers.len()];
        for (table_layout, columns) in layout.tables.iter().zip(&self.tables) {
            let places = table_layout
                .placements
                .iter()
                .skip(table_layout.rules.columns.len());
            for (place, column) in places.zip(columns) {
                let place = place.as_ref().expect("helpers are committed");
                for span in place.spans() {
                    let (picks, len) = &mut rows[span.vector - first];
                    *len = (*len).max(span.offset + span.cells.len());
                    for (cell, terms) in (span.offset..).zip(&column.terms[span.cells]) {
                        let cell = u32::try_from(cell).expect("a row is short");
                        picks.extend(terms.iter().flatten().map(|value| (cell, *value)));
                    }
                }
            }
        }
        let rows = rows.into_iter().map(|(picks, len)| Vector {
            cells: Cells::sums(self.values.clone(), picks, len),
            blinding: scalar(rng),
        });
        rows.collect()
    }
}

/// All different terms: a query or entry, with its multiplicity.
struct Terms {
    challenges: LookupChallenges,
    values: Vec<(Scalar, Scalar)>,
    known: HashMap<(i64, i64, i64), Value>,
}

impl Terms {
    fn column(
        &mut self,
        table_layout: &TableLayout,
        keys: &Helper,
        columns: &[Vec<i64>],
        entries: Option<&[i64]>,
    ) -> Column {
        let rows = 0..table_layout.dims.iter().product();
        let terms = match keys {
            Helper::Queries { queries: keys, .. } => rows
                .map(|row| {
                    let mut terms = [None; 2];
                    for (term, key) in terms.iter_mut().zip(keys) {
                        *term = match *key {
                            Query::Byte(column) => self.term(columns[column][row], 0, 1),
                            Query::Entry {
                                position, value, ..
                            } => self.term(columns[position][row], columns[value][row], 1),
                        };
                    }
                    terms
                })
                .collect(),
            Helper::Entry(entry) => (0_i64..)
                .zip(rows)
                .map(|(number, row)| {
                    let value = entries.map_or(0, |entries| entries[row]);
                    [
                        self.term(number, value, columns[entry.multiplicity][row]),
                        None,
                    ]
                })
                .collect(),
        };
        Column { terms }
    }

    /// `count · k / (α + k)`; `None` if it is zero.
    fn term(&mut self, position: i64, value: i64, count: i64) -> Option<Value> {
        if count == 0 || (position, value) == (0, 0) {
            return None;
        }
        let next = self.values.len();
        let entry = self.known.entry((position, value, count));
        let index = *entry.or_insert_with(|| {
            let key = Scalar::from(position) + self.challenges.beta * Scalar::from(value);
            self.values.push((key, Scalar::from(count)));
            u32::try_from(next).expect("few different terms")
        });
        Some(index)
    }
}
