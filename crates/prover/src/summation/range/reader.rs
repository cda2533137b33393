//! Reads rows of the table that checks bytes: from the bytes themselves, or as they are stored.

use super::{BYTES, RangeSummand, RangeTable};
use zklens_field::{AdditiveGroup, Scalar};
use zklens_multilinear::eq_table;

/// Reads rows, from bytes or as they are stored.
pub(super) enum Reader<'a> {
    Stored {
        rows: &'a [Scalar],
        padding: &'a [Scalar],
    },
    Bytes {
        table: &'a RangeTable,
        padding: &'a [Scalar],
        rows: usize,
        /// For each block of rows that is folded onto the first: where it begins, and the tables for its weight.
        blocks: Vec<(usize, Tables)>,
    },
}

/// The addends of a byte to a row, times the weight of its block.
pub(super) struct Tables {
    /// To its own cell: the byte `k`.
    bytes: Vec<Scalar>,
    /// To the cell of its helper, for each lookup: `power·k/(α + k)`.
    helpers: Vec<Vec<Scalar>>,
    /// To `ℓ`, for each lookup and the sum `k` of its bytes: `power·α·k`. Empty for a single byte, whose rule is linear but
    /// for its product.
    linear: Vec<Vec<Scalar>>,
}

impl Tables {
    pub(super) fn new(table: &RangeTable, weight: &Scalar) -> Self {
        let multiples = |factor: Scalar, count: usize| -> Vec<Scalar> {
            let next = |value: &Scalar| Some(*value + factor);
            let all = std::iter::successors(Some(Scalar::ZERO), next);
            all.take(count).collect()
        };
        let helpers = table.lookups.iter().map(|lookup| {
            let factor = *weight * lookup.power;
            let values = table.of_bytes.iter();
            values.map(|value| *value * factor).collect()
        });
        let linear = table.lookups.iter().map(|lookup| {
            let count = if lookup.columns.len() > 1 {
                2 * BYTES - 1
            } else {
                0
            };
            multiples(*weight * lookup.power * table.alpha, count)
        });
        Self {
            bytes: multiples(*weight, BYTES),
            helpers: helpers.collect(),
            linear: linear.collect(),
        }
    }
}

impl<'a> Reader<'a> {
    pub(super) fn new(summand: &'a RangeSummand) -> Self {
        let padding = &summand.padding;
        if let Some(rows) = &summand.rows {
            return Self::Stored { rows, padding };
        }
        let table = &summand.table;
        let weights = eq_table(&summand.bound);
        // A variable that was bound had twice the half of the one after it.
        let stride = summand.eq.half() * 2;
        let blocks = weights.iter().enumerate();
        let blocks = blocks.map(|(block, weight)| (block * stride, Tables::new(table, weight)));
        Self::Bytes {
            table,
            padding,
            rows: table.columns.first().map_or(0, |column| column.len()),
            blocks: blocks.collect(),
        }
    }

    /// Writes a row to `cells`.
    pub(super) fn read(&self, row: usize, cells: &mut [Scalar]) {
        match self {
            Self::Stored { rows, padding } => {
                let width = padding.len();
                let stored = rows.get(row * width..(row + 1) * width);
                cells.copy_from_slice(stored.unwrap_or(padding));
            }
            Self::Bytes {
                table,
                padding,
                rows,
                blocks,
            } => {
                cells.copy_from_slice(padding);
                for (start, tables) in blocks {
                    if start + row < *rows {
                        table.add_bytes(start + row, tables, cells);
                    }
                }
            }
        }
    }
}

impl RangeTable {
    /// Adds a row of bytes, times a weight.
    pub(super) fn add_bytes(&self, row: usize, tables: &Tables, cells: &mut [Scalar]) {
        let (columns, rest) = cells.split_at_mut(self.columns.len());
        let (helpers, linear) = rest.split_at_mut(self.lookups.len());
        for (k, (lookup, helper)) in self.lookups.iter().zip(helpers).enumerate() {
            let mut sum = 0;
            for column in &lookup.columns {
                let byte = usize::from(self.columns[*column][row]);
                if byte != 0 {
                    columns[*column] += tables.bytes[byte];
                    *helper += tables.helpers[k][byte];
                    sum += byte;
                }
            }
            if let Some(value) = tables.linear[k].get(sum).filter(|_| sum != 0) {
                linear[0] += value;
            }
        }
    }
}
