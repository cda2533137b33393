//! Rows that hold the bytes of numbers, and nothing else: cut into equal pieces, they are the columns of the table
//! [`crate::gadget::Gadget::Range`], which so shows of every cell that it is a byte.
//!
//! A piece is a part of a row, or several whole rows. What is left of a row behind its pieces holds no byte of a
//! number: a [`crate::packer::Packer`] has only [`Pieces::cells`] cells of each row.

use crate::array::{Array, Place};
use crate::plan::{AXES, num_vars};
use alloc::vec::Vec;
use zklens_commitment::Columns;

/// The most pieces that are aimed at. Fewer are longer, and cost the sumcheck rounds; more cost values.
const MOST: usize = 8;

/// How rows of bytes are cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Pieces {
    /// Cells of a piece in one row.
    width: usize,
    /// Rows of a piece.
    height: usize,
    /// Pieces of a row; one if a piece has several rows.
    per_row: usize,
}

impl Pieces {
    /// Pieces for `bytes` bytes. As few as make a table of at most `num_vars` variables, but not more than [`MOST`]
    /// unless rows end unused.
    pub(crate) fn new(bytes: usize, num_vars: usize, columns: Columns) -> Self {
        let mut few = (1..MOST).map(|count| Self::of_cells(bytes.div_ceil(count), columns));
        let fits = few.find(|pieces| self::num_vars(pieces.dims()) <= num_vars);
        fits.unwrap_or_else(|| Self::of_cells(bytes.div_ceil(MOST), columns))
    }

    /// Pieces of so many cells, or of some more.
    fn of_cells(wanted: usize, columns: Columns) -> Self {
        let row = columns.count();
        let wanted = wanted.max(1);
        match row.checked_div(wanted).unwrap_or_default() {
            0 => Self {
                width: row,
                height: wanted.div_ceil(row),
                per_row: 1,
            },
            per_row => Self {
                width: row.checked_div(per_row).unwrap_or(row),
                height: 1,
                per_row,
            },
        }
    }

    /// Cells of a row that lie in pieces.
    pub(crate) const fn cells(&self) -> usize {
        self.width.saturating_mul(self.per_row)
    }

    /// Sides of the table whose columns are the pieces.
    pub(crate) const fn dims(&self) -> [usize; AXES] {
        [1, 1, self.height, self.width]
    }

    /// The pieces of `rows` rows from `first_row` on, of the last of which `used` cells are.
    pub(crate) fn arrays(&self, first_row: usize, rows: usize, used: usize) -> Vec<Array> {
        if self.height > 1 {
            return self.of_several_rows(first_row, rows);
        }
        let last = rows.saturating_sub(1);
        let full = last.saturating_mul(self.per_row);
        let count = full.saturating_add(used.div_ceil(self.width));
        let piece = |index: usize| {
            let row = index.checked_div(self.per_row).unwrap_or_default();
            let offset = index.checked_rem(self.per_row).unwrap_or_default();
            Array::new(
                self.dims().to_vec(),
                Place::Whole {
                    row: first_row.saturating_add(row),
                    offset: offset.saturating_mul(self.width),
                },
            )
        };
        (0..count).map(piece).collect()
    }

    fn of_several_rows(&self, first_row: usize, rows: usize) -> Vec<Array> {
        let starts = (0..rows).step_by(self.height);
        let piece = |start: usize| {
            let height = self.height.min(rows.saturating_sub(start));
            Array::new(
                Vec::from([1, 1, height, self.width]),
                Place::Cut {
                    first_row: first_row.saturating_add(start),
                    axis: 2,
                    per_row: 1,
                },
            )
        };
        starts.map(piece).collect()
    }
}
