//! One run of the network, as the gadget of one table sees it.

use zklens_layers::circuit::{Circuit, Table};
use zklens_layers::layout::TableLayout;
use zklens_model::{Model, Op, Pixels, Trace};

/// A table, and the values that the network computed for one image.
pub(super) struct Run<'a> {
    pub(super) model: &'a Model,
    pub(super) circuit: &'a Circuit,
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

    /// The operand of the table's node.
    pub(super) fn operand(&self) -> &[i64] {
        self.trace.output(self.node_before(self.table.node))
    }

    /// The operand of a table that shows its node and those before it that have no table of their own: a maximum, a rescale,
    /// a ReLU, or some of these.
    pub(super) fn operand_of_chain(&self) -> &[i64] {
        let graph = self.model.graph().nodes();
        let is_in_chain = |node: usize| {
            let shares = matches!(
                graph[node].op(),
                Op::MaxPool(_) | Op::Rescale(_) | Op::Relu(_)
            );
            shares && self.circuit.tables.iter().all(|table| table.node != node)
        };
        let mut node = self.node_before(self.table.node);
        while is_in_chain(node) {
            node = self.node_before(node);
        }
        self.trace.output(node)
    }

    fn node_before(&self, node: usize) -> usize {
        self.model.graph().nodes()[node].inputs()[0]
    }
}
