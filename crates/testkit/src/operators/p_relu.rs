//! `PRelu`.

use super::subject::Subject;
use crate::growth::Growth;
use crate::models::{Layers, preprocessing};
use crate::tensor::Tensor;
use zklens_model::{Model, NodeId, Op, PRelu, Rescale};

impl Subject for PRelu {
    /// ONNX `PRelu` of slope `negative / positive`, times `positive`.
    fn define(&self, inputs: &[&Tensor]) -> Tensor {
        let x = inputs[0];
        let (positive, negative) = (i128::from(self.positive), i128::from(self.negative));
        x.each(x.scale + i64::from(self.factor_scale), |v| {
            positive * v.max(0) + negative * v.min(0)
        })
    }

    /// With factors of any size, and slopes of either sign.
    fn grow(growth: &mut Growth, at: NodeId) -> Option<NodeId> {
        let most = Self::MAX_FACTOR;
        let op = Op::PRelu(Self {
            positive: growth.random.pick(&[1, 3, 128, most]),
            negative: growth.random.pick(&[0, 1, 13, -1, -128, most, -most]),
            factor_scale: growth.weight_scale(),
        });
        growth.push(op, &[at])
    }

    fn golden() -> Vec<(&'static str, Model)> {
        vec![("p_relu", p_relu())]
    }
}

/// A slope of 13/128 below zero, then one that turns negative cells into positive ones.
fn p_relu() -> Model {
    let mut layers = Layers::new(preprocessing([3, 3], false), 6);
    layers.flatten();
    for negative in [13, -70] {
        layers.dense(6);
        layers.then(Op::PRelu(PRelu {
            positive: 128,
            negative,
            factor_scale: 7,
        }));
        layers.then(Op::Rescale(Rescale { shift: 16 }));
    }
    layers.dense(3);
    layers.finish("p_relu")
}
