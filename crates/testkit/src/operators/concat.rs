//! `Concat`.

use super::subject::Subject;
use crate::growth::Growth;
use crate::models::{Layers, padded, preprocessing};
use crate::tensor::Tensor;
use zklens_model::{Concat, GraphBuilder, Model, NodeId, Op, Reshape, Shape};

impl Subject for Concat {
    /// ONNX `Concat` with `axis = 1`.
    fn define(&self, inputs: &[&Tensor]) -> Tensor {
        let [_, height, width] = inputs[0].shape;
        let mut channels = 0;
        let mut cells = Vec::new();
        for input in inputs {
            assert_eq!(input.scale, inputs[0].scale, "like is joined to like");
            channels += input.shape[0];
            cells.extend(&input.cells);
        }
        Tensor::new([channels, height, width], inputs[0].scale, cells)
    }

    /// Of up to three nodes of one height and width, shifted to one scale.
    fn grow(growth: &mut Growth, at: NodeId) -> Option<NodeId> {
        let sides = |shape: Shape| (shape.height(), shape.width());
        let shape = sides(growth.tensor(at).shape);
        let like = growth.nodes_like(|other| sides(other) == shape);
        let mut operands = vec![at];
        for _ in 0..growth.random.count(0, 2) {
            operands.push(growth.random.pick(&like));
        }
        let aligned = growth.align(&operands)?;
        growth.push(Op::Concat(Self), &aligned)
    }

    fn golden() -> Vec<(&'static str, Model)> {
        vec![("concat", concat())]
    }
}

fn concat() -> Model {
    let mut layers = Layers::new(preprocessing([2, 6], true), 7);
    let input = GraphBuilder::INPUT;
    layers.then(Op::Reshape(Reshape { shape: [4, 3, 3] }));
    let folded = layers.conv2d(2, padded(2, 1, 0), 2);
    layers.last = input;
    layers.then(Op::Reshape(Reshape { shape: [1, 6, 6] }));
    let tall = layers.conv2d(3, padded(3, 3, 0), 1);
    layers.join(Op::Concat(Concat), &[tall, folded, tall]);
    layers.flatten();
    layers.dense(4);
    layers.finish("concat")
}
