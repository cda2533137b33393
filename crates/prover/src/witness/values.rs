//! The rows of [`Lookup`].

use super::run::Run;
use super::writer::RowWriter;
use zklens_layers::gadgets::Lookup;

/// Writes a row for each cell of the output.
pub(super) fn write(gadget: &Lookup, run: &Run<'_>, rows: &mut RowWriter<'_>) {
    let columns = gadget.columns();
    for (x, y) in run.operand().iter().zip(run.output()) {
        rows.put(columns.position, x - gadget.first + 1);
        rows.put(columns.value, *y);
    }
}
