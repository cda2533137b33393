//! The trait that every operator's file implements.

use crate::growth::Growth;
use crate::tensor::Tensor;
use zklens_model::{Model, NodeId};

/// One operator as the subject of tests.
pub(super) trait Subject {
    /// The output, written from the operator's definition and not from its code.
    fn define(&self, inputs: &[&Tensor]) -> Tensor;

    /// Adds the operator, with random parameters, to a graph that grows at node `at`; `None` if the
    /// graph refuses it.
    fn grow(growth: &mut Growth, at: NodeId) -> Option<NodeId>;

    /// Golden models that are about this operator, each with the stem of its files in
    /// `vectors/models`. The default is an empty list, for an operator that occurs in another's
    /// model.
    fn golden() -> Vec<(&'static str, Model)> {
        Vec::new()
    }
}
