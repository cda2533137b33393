//! Cells of the maximum over a window, which several gadgets have.

use super::run::Run;
use super::writer::RowWriter;
use zklens_layers::gadgets::ColumnId;
use zklens_model::{Axis, Window};

/// Calls `write` for each cell of a table's output, with the largest cell of the operand under the window and all of them.
/// Without a window, with the cell itself and none.
pub(super) fn each_row(window: Option<&Window>, run: &Run<'_>, mut write: impl FnMut(i64, &[i64])) {
    let operand = run.operand_of_chain();
    let Some(window) = window else {
        for value in operand {
            write(*value, &[]);
        }
        return;
    };
    let from = run.table.operand.as_ref().expect("an operand");
    let [_, height, width] = from.sides;
    let [_, _, out_height, out_width] = run.layout.dims;
    for channel in operand.chunks(height * width) {
        for y in 0..out_height {
            for x in 0..out_width {
                let taps: Vec<i64> = taps(window, [y, x], [height, width])
                    .map(|cell| channel[cell])
                    .collect();
                let largest = *taps.iter().max().expect("a window has a cell");
                write(largest, &taps);
            }
        }
    }
}

/// Writes the gap of each tap, and the selectors.
pub(super) fn write_gaps(
    gaps: &[Option<ColumnId>],
    selectors: &[ColumnId],
    largest: i64,
    taps: &[i64],
    rows: &mut RowWriter<'_>,
) {
    for (gap, tap) in gaps.iter().zip(taps) {
        rows.number(*gap, largest - tap);
    }
    // The selector of the first pair of taps with the largest value is one.
    let first = taps.iter().position(|tap| *tap == largest);
    for (pair, selector) in selectors.iter().enumerate() {
        rows.put(
            *selector,
            i64::from(first.is_some_and(|tap| tap / 2 == pair)),
        );
    }
}

/// The cells under a window. A tap in the padding takes the nearest cell of the picture.
fn taps(
    window: &Window,
    [y, x]: [usize; 2],
    [height, width]: [usize; 2],
) -> impl Iterator<Item = usize> {
    let clamped = |axis: &Axis, position: usize, tap: usize, cells: usize| {
        (position * axis.stride + tap)
            .saturating_sub(axis.before)
            .min(cells - 1)
    };
    let Window {
        height: rows,
        width: columns,
    } = *window;
    (0..rows.kernel).flat_map(move |tap| {
        let row = clamped(&rows, y, tap, height);
        (0..columns.kernel).map(move |tap| row * width + clamped(&columns, x, tap, width))
    })
}
