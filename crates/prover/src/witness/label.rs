//! The rows of [`Label`].

use super::run::Run;
use super::writer::RowWriter;
use zklens_layers::gadgets::Label;

/// Writes the margin of each class. A margin is zero or more, since of equal logits the first class wins.
pub(super) fn write(gadget: &Label, run: &Run<'_>, rows: &mut RowWriter<'_>) {
    let classification = run.trace.classification();
    let (label, logits) = (classification.label(), classification.logits());
    for (class, logit) in logits.iter().enumerate() {
        let margin = logits[label] - logit - i64::from(class < label);
        rows.number(gadget.margin(), margin);
    }
}
