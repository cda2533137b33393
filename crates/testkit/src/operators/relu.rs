//! `Relu`.

use super::subject::Subject;
use crate::growth::Growth;
use crate::tensor::Tensor;
use zklens_model::{NodeId, Op, Relu};

impl Subject for Relu {
    /// ONNX `Relu`.
    fn define(&self, inputs: &[&Tensor]) -> Tensor {
        let x = inputs[0];
        x.each(x.scale, |v| if v < 0 { 0 } else { v })
    }

    /// On any node.
    fn grow(growth: &mut Growth, at: NodeId) -> Option<NodeId> {
        growth.push(Op::Relu(Self), &[at])
    }
}
