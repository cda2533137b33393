//! The bytes of all numbers: the columns of the table [`Gadget::Range`](zklens_layers::gadgets::Gadget::Range).
//!
//! The vectors of bytes, one after the other, are one list. A column of the table is a part of it, and so is a vector.

use crate::integers::{Bytes, Integers};
use rayon::prelude::*;
use std::sync::Arc;
use zklens_layers::gadgets::Column;
use zklens_layers::layout::array::Array;
use zklens_layers::layout::{Layout, TableLayout};

/// The columns of the table `range`, from the columns of numbers of all tables.
pub(super) fn cut(layout: &Layout, range: usize, tables: &[Vec<Integers>]) -> Vec<Integers> {
    let chunks = Chunks::new(&layout.tables[range]);
    let mut list = vec![0_u8; chunks.len()];
    let mut excess = Vec::new();
    for (table_layout, columns) in layout.tables.iter().zip(tables) {
        let columns = columns.iter().zip(&table_layout.rules.columns);
        for ((numbers, column), place) in columns.zip(&table_layout.placements) {
            if let Column::Number { bytes } = column {
                let place = place.as_ref().expect("bytes have a place");
                let number = Numbers {
                    numbers,
                    last: usize::from(*bytes) - 1,
                };
                number.cut(place, &chunks, &mut list, &mut excess);
            }
        }
    }
    let list: Arc<[u8]> = list.into();
    let columns = (0..chunks.count).map(|column| {
        let part = column * chunks.rows..(column + 1) * chunks.rows;
        let bytes = Bytes::part(&list, part.clone());
        let wide: Vec<(usize, i64)> = excess
            .iter()
            .filter(|(index, _)| part.contains(index))
            .map(|(index, cell)| (index - part.start, *cell))
            .collect();
        if wide.is_empty() {
            return Integers::Bytes(bytes);
        }
        let mut cells = Integers::Bytes(bytes).to_vec();
        for (row, cell) in wide {
            cells[row] = cell;
        }
        Integers::from(cells)
    });
    columns.collect()
}

/// Where the vectors of bytes lie in the list.
struct Chunks {
    /// Number of columns.
    count: usize,
    /// Rows of a column.
    rows: usize,
    /// The first vector of bytes.
    first_vector: usize,
    /// Cells of a vector that are in the list.
    per_vector: usize,
}

impl Chunks {
    fn new(range: &TableLayout) -> Self {
        let rows = range.dims.iter().product();
        let count = range.rules.columns.len();
        let places = range.placements.iter().take(count).flatten();
        let spans: Vec<_> = places.flat_map(Array::spans).collect();
        let first_vector = spans.first().map_or(0, |span| span.vector);
        let of_first = spans.iter().filter(|span| span.vector == first_vector);
        Self {
            count,
            rows,
            first_vector,
            per_vector: of_first.map(|span| span.cells.len()).sum(),
        }
    }

    const fn len(&self) -> usize {
        self.count * self.rows
    }
}

/// A column of numbers.
struct Numbers<'a> {
    numbers: &'a Integers,
    /// The index of the last byte.
    last: usize,
}

impl Numbers<'_> {
    /// Writes the bytes to their place in `list`. One that is not a byte goes to `excess`, with its index.
    fn cut(&self, place: &Array, chunks: &Chunks, list: &mut [u8], excess: &mut Vec<(usize, i64)>) {
        for span in place.spans() {
            let start = (span.vector - chunks.first_vector) * chunks.per_vector + span.offset;
            let first = span.cells.start;
            let cells = &mut list[start..start + span.cells.len()];
            let wide: Vec<(usize, i64)> = cells
                .par_iter_mut()
                .enumerate()
                .with_min_len(1 << 12)
                .filter_map(|(cell, to)| {
                    let index = first + cell;
                    let byte = index / self.numbers.len();
                    let rest = self.numbers.at(index % self.numbers.len()) >> (8 * byte);
                    let value = if byte == self.last { rest } else { rest & 0xff };
                    *to = value as u8;
                    u8::try_from(value)
                        .is_err()
                        .then_some((start + cell, value))
                })
                .collect();
            excess.extend(wide);
        }
    }
}
