//! The rows of [`Saturation`].

use super::maximum::{each_row, write_gaps};
use super::run::Run;
use super::writer::RowWriter;
use zklens_layers::gadgets::Saturation;

/// Writes a row for each cell of the output.
pub(super) fn write(gadget: &Saturation, run: &Run<'_>, rows: &mut RowWriter<'_>) {
    let columns = gadget.columns();
    let half = (1_i64 << gadget.shift) / 2;
    let width = (1_i128 << (8 * gadget.bytes)) - 1;
    let width = i64::try_from(width).expect("a model's clip ends at 2^62");
    each_row(gadget.window.as_ref(), run, |largest, taps| {
        let rounded = largest + half;
        rows.number(columns.remainder, rounded & ((1 << gadget.shift) - 1));
        let from_lo = (rounded >> gadget.shift) - gadget.lo;
        let output = from_lo.clamp(0, width);
        rows.number(columns.output, output);
        rows.number(columns.excess, (from_lo - output).abs());
        write_gaps(&columns.gaps, &columns.selectors, largest, taps, rows);
    });
}
