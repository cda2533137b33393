//! `Conv2d`.

use super::subject::Subject;
use crate::growth::Growth;
use crate::models::{Layers, padded, preprocessing};
use crate::tensor::Tensor;
use zklens_model::{Axis, Conv2d, Model, NodeId, Op, Window};

impl Subject for Conv2d {
    /// ONNX `Conv` with `dilations = 1`.
    fn define(&self, inputs: &[&Tensor]) -> Tensor {
        let x = inputs[0];
        let (outputs, depth) = (self.bias.len(), x.shape[0] / self.groups);
        let (rows, columns) = (self.window.height.kernel, self.window.width.kernel);
        let weights = self.weights.values();
        let scale = x.scale + i64::from(self.weight_scale);
        x.slide(&self.window, outputs, scale, |o, taps| {
            let group = o / (outputs / self.groups);
            let mut sum = i128::from(self.bias[o]);
            for i in 0..depth {
                for (tap, (row, column)) in taps.iter().enumerate() {
                    let weight = weights[(o * depth + i) * rows * columns + tap];
                    let value = x.at(group * depth + i, *row, *column).unwrap_or(0);
                    sum += i128::from(weight) * value;
                }
            }
            sum
        })
    }

    /// Any stride, padding and number of groups; some are depthwise.
    fn grow(growth: &mut Growth, at: NodeId) -> Option<NodeId> {
        let input = growth.tensor(at).shape;
        let channels = input.channels();
        let groups = growth.divisor(channels);
        let outputs = groups * growth.random.count(1, if groups > 4 { 1 } else { 2 });
        let window = growth.window(input, 3);
        let op = Op::Conv2d(Self {
            weights: growth.weights(outputs * (channels / groups) * window.area()),
            weight_scale: growth.weight_scale(),
            bias: growth.biases(outputs),
            window,
            groups,
        });
        growth.push(op, &[at])
    }

    fn golden() -> Vec<(&'static str, Model)> {
        vec![("conv2d", conv2d()), ("depthwise", depthwise())]
    }
}

fn conv2d() -> Model {
    let mut layers = Layers::new(preprocessing([6, 5], true), 2);
    let window = Window {
        height: Axis {
            kernel: 3,
            stride: 2,
            before: 1,
            after: 0,
        },
        width: Axis {
            kernel: 2,
            stride: 1,
            before: 0,
            after: 4,
        },
    };
    layers.conv2d(4, window, 1);
    layers.activate();
    layers.conv2d(2, padded(3, 3, 1), 2);
    layers.flatten();
    layers.dense(4);
    layers.finish("conv2d")
}

fn depthwise() -> Model {
    let mut layers = Layers::new(preprocessing([4, 4], true), 3);
    layers.conv2d(6, padded(3, 1, 1), 3);
    layers.activate();
    layers.conv2d(6, padded(3, 2, 1), 6);
    layers.activate();
    layers.conv2d(3, Window::square(2, 1), 1);
    layers.finish("depthwise")
}
