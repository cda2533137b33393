//! The rows of [`Clip`].

use super::run::Run;
use super::writer::RowWriter;
use zklens_layers::gadgets::Clip;

/// Writes a row for each cell of the output.
pub(super) fn write(gadget: &Clip, run: &Run<'_>, rows: &mut RowWriter<'_>) {
    let columns = gadget.columns();
    for x in run.operand() {
        let from_lo = x - gadget.lo;
        rows.signed(columns.from_lo, from_lo);
        rows.signed(columns.to_hi, gadget.hi - gadget.lo - from_lo.max(0));
    }
}
