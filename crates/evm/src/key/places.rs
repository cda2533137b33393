//! Places of arrays and columns in committed vectors.

use crate::word::Word;
use zklens_layers::gadgets::Column;
use zklens_layers::layout::TableLayout;
use zklens_layers::layout::array::{Array, Placement};

/// Places of columns in `ContractKey.sol`.
const IN_ONE_ROW: usize = 0;
const CUT: usize = 1;
const ARRAY: usize = 2;
const CUT_BYTES: usize = 3;

pub(super) fn array_word(array: &Array) -> Word {
    // Grouped weights have three sides, of which the last two are the kernel's; a contract takes a side of one between.
    let between = usize::from(array.dims().len() == 3);
    let axis_of = |axis| if axis == 0 { 0 } else { axis + between };
    let run = Run::of(array);
    Word::default()
        .with(8, run.kind)
        .with(16, run.row)
        .with(16, run.offset)
        .with(8, axis_of(run.axis))
        .with(8, run.log_run)
}

/// The places of a table's columns. Columns that lie one after the other share a word.
pub(super) fn placed(layout: &TableLayout) -> Vec<Word> {
    let columns = layout.columns();
    let mut runs: Vec<Run> = Vec::new();
    for (column, place) in columns.iter().zip(&layout.placements) {
        let Some(array) = place else { continue };
        let run = match column {
            Column::Fixed { array } => Run {
                kind: ARRAY,
                row: *array,
                ..Run::default()
            },
            Column::Number { bytes } => Run::of_bytes(array, usize::from(*bytes)),
            Column::Byte | Column::Integer | Column::Helper => Run::of(array),
        };
        match runs.last_mut() {
            Some(last) if last.continues_as(&run) => last.columns += 1,
            _ => runs.push(run),
        }
    }
    runs.iter().map(Run::word).collect()
}

/// Columns that lie one after the other.
#[derive(Debug, Default)]
struct Run {
    kind: usize,
    columns: usize,
    row: usize,
    offset: usize,
    axis: usize,
    log_run: usize,
    /// Bytes of a cell: those of its number in a column of numbers, 1 in any other.
    bytes: usize,
    /// Vectors of one column that is cut or, for numbers, of one byte of all of them.
    rows: usize,
    /// Cells of one column.
    volume: usize,
}

impl Run {
    fn of(array: &Array) -> Self {
        let run = Self {
            columns: 1,
            bytes: 1,
            volume: array.len(),
            ..Self::default()
        };
        match array.place() {
            Placement::Whole {
                vector: row,
                offset,
            } => Self {
                kind: IN_ONE_ROW,
                row,
                offset,
                ..run
            },
            Placement::Cut {
                first_vector: first_row,
                axis,
                per_vector: per_row,
            } => Self {
                kind: CUT,
                row: first_row,
                axis,
                log_run: per_row.ilog2() as usize,
                rows: array.spans().len(),
                ..run
            },
        }
    }

    /// The place of a column of numbers: an array with an axis of bytes before the table's axes.
    fn of_bytes(array: &Array, bytes: usize) -> Self {
        let run = Self {
            bytes,
            ..Self::of(array)
        };
        match (run.kind, run.axis) {
            (CUT, 0) => Self {
                kind: CUT_BYTES,
                ..run
            },
            (CUT, axis) => Self {
                axis: axis - 1,
                rows: run.rows / bytes,
                ..run
            },
            _ => run,
        }
    }

    /// Whether `next` lies where one more column of this run would.
    const fn continues_as(&self, next: &Self) -> bool {
        let same_cells = self.volume == next.volume && self.bytes == next.bytes;
        let same_cut =
            self.axis == next.axis && self.log_run == next.log_run && self.rows == next.rows;
        let same = self.kind == next.kind && same_cells && same_cut;
        match self.kind {
            IN_ONE_ROW => {
                let offset = self.offset + self.columns * self.volume;
                same && self.row == next.row && offset == next.offset
            }
            CUT => same && self.row + self.columns * self.bytes * self.rows == next.row,
            CUT_BYTES => same && self.row + self.columns * self.rows == next.row,
            _ => false,
        }
    }

    fn word(&self) -> Word {
        Word::default()
            .with(8, self.kind)
            .with(16, self.columns.max(1))
            .with(16, self.row)
            .with(16, self.offset)
            .with(8, self.axis)
            .with(8, self.log_run)
            .with(8, self.bytes)
            .with(16, self.rows)
    }
}
