//! `Add`.

use super::subject::Subject;
use crate::growth::Growth;
use crate::models::{Layers, padded, preprocessing};
use crate::tensor::Tensor;
use zklens_model::{Add, LeftShift, Model, NodeId, Op, Relu, Rescale};

impl Subject for Add {
    /// ONNX `Add` of tensors of one shape.
    fn define(&self, inputs: &[&Tensor]) -> Tensor {
        let (a, b) = (inputs[0], inputs[1]);
        assert_eq!(
            (a.shape, a.scale),
            (b.shape, b.scale),
            "like is added to like"
        );
        let sums = (0..a.cells.len()).map(|i| a.cells[i] + b.cells[i]);
        Tensor::new(a.shape, a.scale, sums.collect())
    }

    /// Of nodes of one shape, shifted to one scale.
    fn grow(growth: &mut Growth, at: NodeId) -> Option<NodeId> {
        let shape = growth.tensor(at).shape;
        let like = growth.nodes_like(|other| other == shape);
        let operands = [at, growth.random.pick(&like)];
        let aligned = growth.align(&operands)?;
        growth.push(Op::Add(Self), &aligned)
    }

    fn golden() -> Vec<(&'static str, Model)> {
        vec![("residual", residual())]
    }
}

fn residual() -> Model {
    let mut layers = Layers::new(preprocessing([4, 4], false), 6);
    let stem = layers.conv2d(3, padded(3, 1, 1), 1);
    let branch = layers.conv2d(3, padded(3, 1, 1), 3);
    let aligned = layers.join(Op::LeftShift(LeftShift { bits: 8 }), &[stem]);
    layers.join(Op::Add(Add), &[branch, aligned]);
    layers.then(Op::Rescale(Rescale { shift: 16 }));
    layers.then(Op::Relu(Relu));
    layers.flatten();
    layers.dense(2);
    layers.finish("residual")
}
