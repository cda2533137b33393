//! The prover's counterpart of [`zklens_layers::gadgets::lookup`]: helper columns. They repeat few different terms, which makes
//! them cheap to commit to.
//!
//! The helpers of a table of bytes are functions of these bytes, so they need no memory of their own. Where a whole vector
//! of helpers belongs to whole vectors of bytes, the sums that commit to the bytes commit to the helpers as well.

use crate::commitment::{Cells, OfBytes, Vector};
use crate::integers::{Bytes, Integers};
use crate::random::scalar;
use crate::vectors::SumsOfVectors;
use crate::witness::Witness;
use rand_core::CryptoRng;
use std::collections::HashMap;
use std::sync::Arc;
use zklens_field::{Scalar, batch_invert};
use zklens_layers::gadgets::Query;
use zklens_layers::gadgets::lookup::{Helper, LookupChallenges};
use zklens_layers::layout::array::{Array, Span};
use zklens_layers::layout::{Layout, TableLayout};

/// A term of a helper, as an index into all values. That of a byte is the byte.
type Value = u32;

/// The number of values that belong to bytes.
const BYTES: usize = 256;

/// The helper columns of all tables.
#[derive(Clone, Debug)]
pub(crate) struct Helpers {
    /// All different values of terms, those of bytes first.
    values: Vec<Scalar>,
    /// `k/(α + k)` for each byte `k`.
    of_bytes: Arc<[Scalar]>,
    /// For each table, its helper columns.
    tables: Vec<Vec<Column>>,
}

/// A helper column.
#[derive(Clone, Debug)]
enum Column {
    /// For each row, the terms whose sum is its cell.
    Terms(Vec<[Option<Value>; 2]>),
    /// One or two columns of bytes, whose terms add up.
    OfBytes(Vec<Bytes>),
}

impl Column {
    /// The terms of a cell.
    fn terms(&self, row: usize) -> impl Iterator<Item = Value> {
        let terms = match self {
            Self::Terms(terms) => terms[row],
            Self::OfBytes(columns) => std::array::from_fn(|k| {
                let byte = columns.get(k).map(|column| column[row]);
                byte.filter(|byte| *byte != 0).map(Value::from)
            }),
        };
        terms.into_iter().flatten()
    }

    fn len(&self) -> usize {
        match self {
            Self::Terms(terms) => terms.len(),
            Self::OfBytes(columns) => columns.first().map_or(0, |column| column.len()),
        }
    }
}

impl Helpers {
    /// The helpers of a witness. `entries` has the values of each table of entries.
    pub(crate) fn new(
        layout: &Layout,
        witness: &Witness,
        entries: &[Option<Vec<i64>>],
        challenges: &LookupChallenges,
    ) -> Self {
        let bytes = (0..BYTES as u64).map(|byte| (Scalar::from(byte), Scalar::from(1_u64)));
        let mut terms = Terms {
            challenges: *challenges,
            values: bytes.collect(),
            known: HashMap::new(),
        };
        let tables = layout.tables.iter().zip(&witness.tables).zip(entries);
        let tables = tables.map(|((table_layout, columns), entries)| {
            let helpers = table_layout.helpers.iter();
            helpers
                .map(|helper| terms.column(table_layout, helper, columns, entries.as_deref()))
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
        let values: Vec<Scalar> = values
            .map(|((key, count), inverse)| *count * key * inverse)
            .collect();
        Self {
            of_bytes: values[..BYTES].into(),
            values,
            tables,
        }
    }

    /// `k/(α + k)` for each byte `k`.
    pub(crate) const fn of_bytes(&self) -> &Arc<[Scalar]> {
        &self.of_bytes
    }

    /// The cells of a helper column.
    pub(crate) fn cells(&self, table: usize, helper: usize) -> impl Iterator<Item = Scalar> + '_ {
        let column = &self.tables[table][helper];
        let value = |value: Value| self.values[value as usize];
        (0..column.len()).map(move |row| column.terms(row).map(value).sum())
    }

    /// The vectors of all helper columns. `sums` has those of vectors of bytes.
    pub(crate) fn vectors(
        &self,
        layout: &Layout,
        sums: &SumsOfVectors,
        rng: &mut dyn CryptoRng,
    ) -> Vec<Vector> {
        let mut vectors = vec![Parts::default(); layout.vectors.helpers.len()];
        for (table_layout, columns) in layout.tables.iter().zip(&self.tables) {
            let of_rules = table_layout.rules.columns.len();
            let places = table_layout.placements.iter().skip(of_rules);
            for (place, column) in places.zip(columns) {
                let spans = place.as_ref().map_or_else(Vec::new, Array::spans);
                for span in spans {
                    let vector = span.vector - layout.vectors.helpers.start;
                    vectors[vector].push((span, column));
                }
            }
        }
        let vectors = vectors.into_iter().map(|parts| Vector {
            cells: self
                .whole(&parts, sums)
                .unwrap_or_else(|| self.mixed(&parts)),
            blinding: scalar(rng),
        });
        vectors.collect()
    }

    /// The cells of a vector that belongs to whole vectors of bytes.
    fn whole(&self, parts: &Parts<'_>, sums: &SumsOfVectors) -> Option<Cells> {
        let [
            (
                Span {
                    offset: 0, cells, ..
                },
                Column::OfBytes(columns),
            ),
        ] = parts.as_slice()
        else {
            return None;
        };
        let lists = columns.iter().map(|column| {
            let list = column.range(cells.clone());
            let sums = sums.get(&list.start())?;
            Some((list, sums.clone()))
        });
        Some(Cells::OfBytes(OfBytes {
            values: Arc::clone(&self.of_bytes),
            lists: lists.collect::<Option<_>>()?,
        }))
    }

    /// The cells of any vector.
    fn mixed(&self, parts: &Parts<'_>) -> Cells {
        let (mut picks, mut len) = (Vec::new(), 0_usize);
        for (span, column) in parts {
            len = len.max(span.offset + span.cells.len());
            for (cell, row) in (span.offset..).zip(span.cells.clone()) {
                let cell = u32::try_from(cell).expect("a vector is short");
                picks.extend(column.terms(row).map(|value| (cell, value)));
            }
        }
        Cells::sums(self.values.clone(), picks, len)
    }
}

/// The parts of columns in a vector.
type Parts<'a> = Vec<(Span, &'a Column)>;

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
        helper: &Helper,
        columns: &[Integers],
        entries: Option<&[i64]>,
    ) -> Column {
        if let Some(bytes) = of_bytes(helper, columns) {
            return Column::OfBytes(bytes);
        }
        let rows = 0..table_layout.dims.iter().product();
        let terms = match helper {
            Helper::Queries { queries, .. } => rows
                .map(|row| {
                    let mut terms = [None; 2];
                    for (term, query) in terms.iter_mut().zip(queries) {
                        *term = match *query {
                            Query::Byte(column) => self.term(columns[column].at(row), 0, 1),
                            Query::Entry {
                                position, value, ..
                            } => self.term(columns[position].at(row), columns[value].at(row), 1),
                        };
                    }
                    terms
                })
                .collect(),
            Helper::Entry(entry) => (0_i64..)
                .zip(rows)
                .map(|(number, row)| {
                    let value = entries.map_or(0, |entries| entries[row]);
                    let count = columns[entry.multiplicity].at(row);
                    [self.term(number, value, count), None]
                })
                .collect(),
        };
        Column::Terms(terms)
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

/// The columns that a helper looks up, if all of them are bytes.
fn of_bytes(helper: &Helper, columns: &[Integers]) -> Option<Vec<Bytes>> {
    let Helper::Queries { queries, .. } = helper else {
        return None;
    };
    let bytes = queries.iter().map(|query| match query {
        Query::Byte(column) => columns[*column].bytes().cloned(),
        Query::Entry { .. } => None,
    });
    bytes.collect()
}
