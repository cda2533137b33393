//! `AveragePool`.

use super::subject::Subject;
use crate::growth::Growth;
use crate::models::{Layers, padded, preprocessing};
use crate::tensor::Tensor;
use zklens_model::{AveragePool, Axis, MaxPool, Model, NodeId, Op, Rescale, Window};

impl Subject for AveragePool {
    /// ONNX `AveragePool` with `count_include_pad = 1`, its division replaced by the multiplier.
    fn define(&self, inputs: &[&Tensor]) -> Tensor {
        let x = inputs[0];
        let scale = x.scale + i64::from(self.multiplier_scale);
        x.slide(&self.window, x.shape[0], scale, |channel, taps| {
            let seen = taps.iter().map(|tap| x.at(channel, tap.0, tap.1));
            i128::from(self.multiplier) * seen.map(Option::unwrap_or_default).sum::<i128>()
        })
    }

    /// With and without padding; some are global.
    fn grow(growth: &mut Growth, at: NodeId) -> Option<NodeId> {
        let input = growth.tensor(at).shape;
        let mut window = growth.window(input, 2);
        if growth.random.count(0, 3) == 0 {
            let whole = |kernel| Axis {
                kernel,
                ..Window::square(1, 1).height
            };
            window = Window {
                height: whole(input.height()),
                width: whole(input.width()),
            };
        }
        let op = Op::AveragePool(Self {
            window,
            multiplier: growth.random.weights(1, 300).values()[0],
            multiplier_scale: growth.weight_scale(),
        });
        growth.push(op, &[at])
    }

    fn golden() -> Vec<(&'static str, Model)> {
        vec![("pools", pools())]
    }
}

fn pools() -> Model {
    let mut layers = Layers::new(preprocessing([7, 6], false), 4);
    layers.conv2d(3, padded(1, 1, 0), 1);
    layers.then(Op::MaxPool(MaxPool {
        window: padded(3, 2, 1),
    }));
    let average = |window, multiplier| {
        Op::AveragePool(AveragePool {
            window,
            multiplier,
            multiplier_scale: 8,
        })
    };
    layers.then(average(padded(2, 1, 1), 64));
    layers.then(Op::Rescale(Rescale { shift: 8 }));
    layers.then(average(Window::square(4, 1), -16));
    layers.flatten();
    layers.dense(3);
    layers.finish("pools")
}
