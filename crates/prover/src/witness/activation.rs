//! The rows of [`Activation`].

use super::run::Run;
use super::writer::RowWriter;
use zklens_layers::gadgets::{Activation, ActivationColumns, Signed};
use zklens_model::{Axis, Window};

/// Writes a row for each cell of the output.
pub(super) fn write(gadget: &Activation, run: &Run<'_>, rows: &mut RowWriter<'_>) {
    let columns = gadget.columns();
    let operand = run.operand(num_nodes(gadget));
    let Some(window) = &gadget.window else {
        for value in operand {
            write_row(gadget, &columns, *value, &[], rows);
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
                write_row(gadget, &columns, largest, &taps, rows);
            }
        }
    }
}

/// The nodes of the model that the gadget shows: a maximum, a rescale, a ReLU, or some of these.
fn num_nodes(gadget: &Activation) -> usize {
    usize::from(gadget.window.is_some()) + usize::from(gadget.shift > 0) + usize::from(gadget.relu)
}

fn write_row(
    gadget: &Activation,
    columns: &ActivationColumns,
    value: i64,
    taps: &[i64],
    rows: &mut RowWriter<'_>,
) {
    let half = if gadget.shift > 0 {
        1_i64 << (gadget.shift - 1)
    } else {
        0
    };
    let rounded = value + half;
    let quotient = rounded >> gadget.shift;
    rows.number(columns.remainder, rounded & ((1 << gadget.shift) - 1));
    let magnitude = columns.magnitude;
    match columns.sign {
        Some(sign) => rows.signed(Signed { sign, magnitude }, quotient),
        None => rows.number(magnitude, quotient + gadget.offset),
    }
    for (gap, tap) in columns.gaps.iter().zip(taps) {
        rows.number(*gap, value - tap);
    }
    // The selector of the first pair of taps with the largest value is one.
    let largest = taps.iter().position(|tap| *tap == value);
    for (pair, selector) in columns.selectors.iter().enumerate() {
        rows.put(
            *selector,
            i64::from(largest.is_some_and(|tap| tap / 2 == pair)),
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
