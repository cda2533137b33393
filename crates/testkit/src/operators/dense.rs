//! `Dense`.

use super::subject::Subject;
use crate::growth::Growth;
use crate::models::{Layers, perceptron, preprocessing};
use crate::tensor::Tensor;
use zklens_model::{Dense, Model, NodeId, Op, Rescale, Weights};

impl Subject for Dense {
    /// ONNX `Gemm` with `transB = 1` on one row.
    fn define(&self, inputs: &[&Tensor]) -> Tensor {
        let x = inputs[0];
        let weights = self.weights.values();
        let mut cells = Vec::new();
        for (o, bias) in self.bias.iter().enumerate() {
            let mut sum = i128::from(*bias);
            for (i, v) in x.cells.iter().enumerate() {
                sum += i128::from(weights[o * x.cells.len() + i]) * v;
            }
            cells.push(sum);
        }
        let scale = x.scale + i64::from(self.weight_scale);
        Tensor::new([self.bias.len(), 1, 1], scale, cells)
    }

    /// On any node, flattened first.
    fn grow(growth: &mut Growth, at: NodeId) -> Option<NodeId> {
        let outputs = growth.random.count(1, 5);
        let flat = growth.flatten(at)?;
        let inputs = growth.tensor(flat).shape.len();
        let op = Op::Dense(Self {
            weights: growth.weights(inputs * outputs),
            weight_scale: growth.weight_scale(),
            bias: growth.biases(outputs),
        });
        growth.push(op, &[flat])
    }

    fn golden() -> Vec<(&'static str, Model)> {
        vec![
            ("dense", perceptron([4, 4], &[6, 5, 3], 1)),
            ("wide_weights", wide_weights()),
            ("compact", compact()),
        ]
    }
}

/// A model whose many parameters give its file the second version. Most weights are small and
/// some are not, so that every part of a code word occurs.
fn compact() -> Model {
    let mut layers = Layers::new(preprocessing([4, 4], false), 9);
    layers.flatten();
    layers.dense(720);
    layers.activate();
    let inputs = layers.channels();
    let weight = |_| {
        let magnitude = match layers.random.count(0, 8191) {
            0 => 30_000,
            1..=256 => 60,
            _ => 3,
        };
        i32::try_from(layers.random.between(-magnitude - 1, magnitude))
    };
    let weights = (0..inputs * 728).flat_map(weight);
    let op = Op::Dense(Dense {
        weights: Weights::new(weights.collect()),
        weight_scale: 8,
        bias: layers.random.biases(728, 10_000),
    });
    layers.then(op);
    layers.activate();
    layers.dense(4);
    layers.finish("compact")
}

fn wide_weights() -> Model {
    let mut layers = Layers::new(preprocessing([2, 2], true), 8);
    layers.flatten();
    for (outputs, magnitude) in [(5, i32::MAX), (3, 0x7FFF)] {
        let inputs = layers.channels();
        let weights = layers.random.weights(inputs * outputs, magnitude);
        let bias = layers.random.biases(outputs, 1 << 50);
        layers.then(Op::Dense(Dense {
            weights,
            weight_scale: 24,
            bias,
        }));
        layers.then(Op::Rescale(Rescale { shift: 16 }));
    }
    layers.finish("wide weights")
}
