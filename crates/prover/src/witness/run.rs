//! One run of the network, as the gadget of one table sees it.

use zklens_layers::circuit::Table;
use zklens_layers::layout::TableLayout;
use zklens_model::{Model, Pixels, Trace};

/// A table, and the values that the network computed for one image.
pub(super) struct Run<'a> {
    pub(super) model: &'a Model,
    pub(super) table: &'a Table,
    pub(super) layout: &'a TableLayout,
    pub(super) pixels: &'a Pixels,
    pub(super) trace: &'a Trace,
}

impl Run<'_> {
    /// The output of the table's node.
    pub(super) fn output(&self) -> &[i64] {
        self.trace.output(self.table.node)
    }

    /// The operand of the table, which shows the last `nodes` nodes up to its own.
    pub(super) fn operand(&self, nodes: usize) -> &[i64] {
        let graph = self.model.graph().nodes();
        let node = (0..nodes).fold(self.table.node, |node, _| graph[node].inputs()[0]);
        self.trace.output(node)
    }
}
