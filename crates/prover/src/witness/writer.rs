//! Writes rows of a table by the handles of its columns.

use zklens_layers::gadgets::{ColumnId, Signed};

/// The columns of a table, to which each row adds one cell per column.
pub(super) struct RowWriter<'a> {
    pub(super) columns: &'a mut [Vec<i64>],
}

impl RowWriter<'_> {
    /// Adds a cell to a column.
    pub(super) fn put(&mut self, column: ColumnId, cell: i64) {
        self.columns[column.index()].push(cell);
    }

    /// Adds a number to its column. Numbers of zero bytes have no column.
    pub(super) fn number(&mut self, column: Option<ColumnId>, number: i64) {
        if let Some(column) = column {
            self.put(column, number);
        }
    }

    /// Adds a signed number to its two columns: see [`Signed`].
    pub(super) fn signed(&mut self, columns: Signed, number: i64) {
        self.put(columns.sign, i64::from(number < 0));
        let magnitude = if number < 0 { -number - 1 } else { number };
        self.number(columns.magnitude, magnitude);
    }

    /// Adds cells to the only column of a table.
    pub(super) fn extend(&mut self, cells: impl IntoIterator<Item = i64>) {
        self.columns[0].extend(cells);
    }
}
