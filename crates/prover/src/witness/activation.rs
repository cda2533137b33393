//! The rows of [`Activation`].

use super::maximum::{each_row, write_gaps};
use super::run::Run;
use super::writer::RowWriter;
use zklens_layers::gadgets::{Activation, Signed};

/// Writes a row for each cell of the output.
pub(super) fn write(gadget: &Activation, run: &Run<'_>, rows: &mut RowWriter<'_>) {
    let columns = gadget.columns();
    let half = (1_i64 << gadget.shift) / 2;
    each_row(gadget.window.as_ref(), run, |largest, taps| {
        let rounded = largest + half;
        let quotient = rounded >> gadget.shift;
        rows.number(columns.remainder, rounded & ((1 << gadget.shift) - 1));
        let magnitude = columns.magnitude;
        match columns.sign {
            Some(sign) => rows.signed(Signed { sign, magnitude }, quotient),
            None => rows.number(magnitude, quotient + gadget.offset),
        }
        write_gaps(&columns.gaps, &columns.selectors, largest, taps, rows);
    });
}
