//! A family of CNNs of 1×, 4× and 16× the size.

use zklens_model::{MaxPool, Model, Op, Relu, Rescale, Window};
use zklens_testkit::models::{Layers, padded, preprocessing};

pub(crate) const NAMES: [&str; 3] = ["cnn-1x", "cnn-4x", "cnn-16x"];

/// `width²` times the parameters of LeNet, and `width` times its activations per pixel.
pub(crate) fn named(name: &str) -> Model {
    let width = match name {
        "cnn-1x" => 1,
        "cnn-4x" => 2,
        _ => 4,
    };
    let mut layers = Layers::new(preprocessing([32, 32], false), 1);
    for outputs in [8, 16] {
        layers.conv2d(outputs * width, padded(5, 1, 2), 1);
        activate(&mut layers, true);
    }
    layers.flatten();
    layers.dense(64 * width);
    activate(&mut layers, false);
    layers.dense(10);
    layers.finish(name)
}

fn activate(layers: &mut Layers, pool: bool) {
    if pool {
        let window = Window::square(2, 2);
        layers.then(Op::MaxPool(MaxPool { window }));
    }
    layers.then(Op::Rescale(Rescale { shift: 16 }));
    layers.then(Op::Relu(Relu));
}
