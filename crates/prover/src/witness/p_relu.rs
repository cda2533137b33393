//! The rows of [`PRelu`].

use super::run::Run;
use super::writer::RowWriter;
use zklens_layers::gadgets::PRelu;

/// Writes a row for each cell of the output.
pub(super) fn write(gadget: &PRelu, run: &Run<'_>, rows: &mut RowWriter<'_>) {
    let columns = gadget.columns();
    for x in run.operand() {
        rows.signed(columns.operand, *x);
    }
}
