//! `Reshape`.

use super::subject::Subject;
use crate::growth::Growth;
use crate::tensor::Tensor;
use zklens_model::{NodeId, Op, Reshape};

impl Subject for Reshape {
    /// ONNX `Reshape`: the cells stay in row-major order.
    fn define(&self, inputs: &[&Tensor]) -> Tensor {
        let x = inputs[0];
        Tensor::new(self.shape, x.scale, x.cells.clone())
    }

    /// To any factorisation of the number of cells.
    fn grow(growth: &mut Growth, at: NodeId) -> Option<NodeId> {
        let cells = growth.tensor(at).shape.len();
        let channels = growth.divisor(cells);
        let height = growth.divisor(cells / channels);
        let width = cells / channels / height;
        let shape = [channels, height, width];
        growth.push(Op::Reshape(Self { shape }), &[at])
    }
}
