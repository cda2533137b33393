//! Named networks of the literature with random weights: what proofs cost follows from their layers alone.
//!
//! Activations are bytes, as the importer makes them: a rescale by 2^8, then a clip to `0…255`, or to `−128…127` where the
//! network has no ReLU. Weights are scaled so that activations spread over that range: a clip that always ends at one side
//! would be cheaper than a real one.

use crate::models::{Layers, padded, preprocessing};
use zklens_model::{
    Add, AveragePool, Clip, Concat, Conv2d, Dense, Interval, LeftShift, MaxPool, Model, NodeId, Op,
    Rescale, Window,
};

/// The names of all networks, from small to large.
pub const NAMES: [&str; 7] = [
    "cifar-cnn",
    "cifar-vgg16",
    "cifar-resnet18",
    "squeezenet1.1-224",
    "mobilenetv2-224",
    "efficientnet-lite0-224",
    "resnet50-224",
];

/// The network of a name in [`NAMES`]; `None` for any other name.
#[must_use]
pub fn named(name: &str) -> Option<Model> {
    let make = match name {
        "cifar-cnn" => cifar_cnn,
        "cifar-vgg16" => vgg16,
        "cifar-resnet18" => resnet18,
        "squeezenet1.1-224" => squeezenet,
        "mobilenetv2-224" => mobilenet_v2,
        "efficientnet-lite0-224" => efficientnet_lite0,
        "resnet50-224" => resnet50,
        _ => return None,
    };
    Some(make(name))
}

/// The range of activations behind a ReLU.
const BYTES: Interval = Interval { lo: 0, hi: 255 };

/// The range of activations without one.
const SIGNED: Interval = Interval { lo: -128, hi: 127 };

/// Bits by which sums of products are rescaled.
const SHIFT: u32 = 8;

/// A network that grows. Every layer reads the last one.
struct Network(Layers);

impl Network {
    fn new(side: u16) -> Self {
        Self(Layers::new(preprocessing([side, side], true), 16))
    }

    /// Weights with which sums over `taps` activations spread like the activations, shifted.
    fn magnitude(taps: usize) -> i32 {
        // Uniform weights up to m have the deviation m / √3.
        let magnitude = 1.7 * f64::from(1_u32 << SHIFT) / (taps as f64).sqrt();
        (magnitude as i32).clamp(1, 127)
    }

    fn conv(&mut self, outputs: usize, window: Window) -> NodeId {
        self.grouped(outputs, window, 1)
    }

    /// A convolution of each channel by itself.
    fn depthwise(&mut self, window: Window) -> NodeId {
        let channels = self.0.channels();
        self.grouped(channels, window, channels)
    }

    fn grouped(&mut self, outputs: usize, window: Window, groups: usize) -> NodeId {
        let taps = self.0.channels() / groups * window.area();
        let magnitude = Self::magnitude(taps);
        let op = Conv2d {
            weights: self.0.random.weights(outputs * taps, magnitude),
            weight_scale: 8,
            bias: self.0.random.biases(outputs, 1 << (SHIFT + 5)),
            window,
            groups,
        };
        self.0.then(Op::Conv2d(op))
    }

    fn dense(&mut self, outputs: usize) -> NodeId {
        let inputs = self.0.channels();
        let op = Dense {
            weights: self
                .0
                .random
                .weights(inputs * outputs, Self::magnitude(inputs)),
            weight_scale: 8,
            bias: self.0.random.biases(outputs, 1 << (SHIFT + 5)),
        };
        self.0.then(Op::Dense(op))
    }

    /// Convolutions of 3×3, and a maximum that halves the picture's sides.
    fn block(&mut self, convolutions: usize, outputs: usize) {
        for index in 1..=convolutions {
            self.conv(outputs, padded(3, 1, 1));
            if index == convolutions {
                self.max_pool(padded(2, 2, 0));
            }
            self.activate(BYTES);
        }
    }

    fn max_pool(&mut self, window: Window) -> NodeId {
        self.0.then(Op::MaxPool(MaxPool { window }))
    }

    /// Brings sums of products back to the range of activations.
    fn activate(&mut self, bounds: Interval) -> NodeId {
        self.0.then(Op::Rescale(Rescale { shift: SHIFT }));
        self.0.then(Op::Clip(Clip { bounds }))
    }

    /// Adds an activation to the last layer's sums, then activates.
    fn add(&mut self, sums: NodeId, activation: NodeId, bounds: Interval) -> NodeId {
        let shift = Op::LeftShift(LeftShift { bits: SHIFT });
        let shifted = self.0.join(shift, &[activation]);
        self.add_sums(sums, shifted, bounds)
    }

    fn add_sums(&mut self, left: NodeId, right: NodeId, bounds: Interval) -> NodeId {
        self.0.join(Op::Add(Add), &[left, right]);
        self.activate(bounds)
    }

    /// Goes on from a layer before the last.
    const fn back_to(&mut self, node: NodeId) {
        self.0.last = node;
    }

    /// The average of each channel over a square picture, as a vector of activations.
    fn average(&mut self, side: usize) {
        let area = (side * side) as f64;
        let pool = AveragePool {
            window: Window::square(side, side),
            multiplier: (f64::from(1_u32 << 16) / area).round() as i32,
            multiplier_scale: 16,
        };
        self.0.then(Op::AveragePool(pool));
        self.0.then(Op::Rescale(Rescale { shift: 16 }));
        self.0.flatten();
    }

    fn finish(self, name: &str) -> Model {
        self.0.finish(name)
    }
}

/// A small network for pictures of 32×32 pixels, whose key a contract can hold.
fn cifar_cnn(name: &str) -> Model {
    let mut network = Network::new(32);
    for (convolutions, outputs) in [(2, 64), (2, 128), (1, 256)] {
        network.block(convolutions, outputs);
    }
    network.0.flatten();
    network.dense(100);
    network.activate(BYTES);
    network.dense(10);
    network.finish(name)
}

/// VGG-16 for pictures of 32×32 pixels (Simonyan, Zisserman 2014), with one hidden layer of 512.
fn vgg16(name: &str) -> Model {
    let mut network = Network::new(32);
    for (convolutions, outputs) in [(2, 64), (2, 128), (3, 256), (3, 512), (3, 512)] {
        network.block(convolutions, outputs);
    }
    network.0.flatten();
    network.dense(512);
    network.activate(BYTES);
    network.dense(10);
    network.finish(name)
}

/// ResNet-18 for pictures of 32×32 pixels (He, Zhang, Ren, Sun 2015).
fn resnet18(name: &str) -> Model {
    let mut network = Network::new(32);
    network.conv(64, padded(3, 1, 1));
    network.activate(BYTES);
    for (outputs, first) in [(64, 1), (128, 2), (256, 2), (512, 2)] {
        for stride in [first, 1] {
            let from = network.0.last;
            network.conv(outputs, padded(3, stride, 1));
            network.activate(BYTES);
            let sums = network.conv(outputs, padded(3, 1, 1));
            shortcut(&mut network, from, sums, (outputs, stride));
        }
    }
    network.average(4);
    network.dense(10);
    network.finish(name)
}

/// Ends a residual block: adds its input, behind a convolution if the shape changes.
fn shortcut(network: &mut Network, from: NodeId, sums: NodeId, (outputs, stride): (usize, usize)) {
    network.back_to(from);
    if stride == 1 && network.0.channels() == outputs {
        network.add(sums, from, BYTES);
    } else {
        let projected = network.conv(outputs, padded(1, stride, 0));
        network.add_sums(sums, projected, BYTES);
    }
}

/// ResNet-50 for pictures of 224×224 pixels (He, Zhang, Ren, Sun 2015).
fn resnet50(name: &str) -> Model {
    let mut network = Network::new(224);
    network.conv(64, padded(7, 2, 3));
    network.max_pool(padded(3, 2, 1));
    network.activate(BYTES);
    for (width, blocks, first) in [(64, 3, 1), (128, 4, 2), (256, 6, 2), (512, 3, 2)] {
        for block in 0..blocks {
            let stride = if block == 0 { first } else { 1 };
            let from = network.0.last;
            network.conv(width, padded(1, 1, 0));
            network.activate(BYTES);
            network.conv(width, padded(3, stride, 1));
            network.activate(BYTES);
            let sums = network.conv(4 * width, padded(1, 1, 0));
            shortcut(&mut network, from, sums, (4 * width, stride));
        }
    }
    network.average(7);
    network.dense(1000);
    network.finish(name)
}

/// SqueezeNet 1.1 (Iandola and others 2016).
fn squeezenet(name: &str) -> Model {
    let mut network = Network::new(224);
    network.conv(64, padded(3, 2, 0));
    network.max_pool(padded(3, 2, 0));
    network.activate(BYTES);
    let fires = [
        (16, 64),
        (16, 64),
        (32, 128),
        (32, 128),
        (48, 192),
        (48, 192),
        (64, 256),
        (64, 256),
    ];
    for (index, (squeezed, expanded)) in fires.into_iter().enumerate() {
        network.conv(squeezed, padded(1, 1, 0));
        let from = network.activate(BYTES);
        network.conv(expanded, padded(1, 1, 0));
        let left = network.activate(BYTES);
        network.back_to(from);
        network.conv(expanded, padded(3, 1, 1));
        let right = network.activate(BYTES);
        network.0.join(Op::Concat(Concat), &[left, right]);
        if matches!(index, 1 | 3) {
            network.max_pool(padded(3, 2, 0));
        }
    }
    network.conv(1000, padded(1, 1, 0));
    network.activate(BYTES);
    network.average(13);
    network.finish(name)
}

/// A stage of inverted residual blocks: how many, the kernel, the first one's stride, the factor by which a block widens
/// its input, and the channels of its output.
type Stage = (usize, usize, usize, usize, usize);

/// MobileNetV2 (Sandler and others 2018).
fn mobilenet_v2(name: &str) -> Model {
    let stages = [
        (1, 3, 1, 1, 16),
        (2, 3, 2, 6, 24),
        (3, 3, 2, 6, 32),
        (4, 3, 2, 6, 64),
        (3, 3, 1, 6, 96),
        (3, 3, 2, 6, 160),
        (1, 3, 1, 6, 320),
    ];
    inverted_residuals(name, &stages)
}

/// EfficientNet-Lite0 (Tan, Le 2019; without squeeze-and-excite, with ReLU6).
fn efficientnet_lite0(name: &str) -> Model {
    let stages = [
        (1, 3, 1, 1, 16),
        (2, 3, 2, 6, 24),
        (2, 5, 2, 6, 40),
        (3, 3, 2, 6, 80),
        (3, 5, 1, 6, 112),
        (4, 5, 2, 6, 192),
        (1, 3, 1, 6, 320),
    ];
    inverted_residuals(name, &stages)
}

fn inverted_residuals(name: &str, stages: &[Stage]) -> Model {
    let mut network = Network::new(224);
    network.conv(32, padded(3, 2, 1));
    network.activate(BYTES);
    for &(blocks, kernel, first, widened, outputs) in stages {
        for block in 0..blocks {
            let stride = if block == 0 { first } else { 1 };
            let from = network.0.last;
            let channels = network.0.channels();
            if widened > 1 {
                network.conv(widened * channels, padded(1, 1, 0));
                network.activate(BYTES);
            }
            network.depthwise(padded(kernel, stride, kernel / 2));
            network.activate(BYTES);
            let sums = network.conv(outputs, padded(1, 1, 0));
            if stride == 1 && channels == outputs {
                network.add(sums, from, SIGNED);
            } else {
                network.activate(SIGNED);
            }
        }
    }
    network.conv(1280, padded(1, 1, 0));
    network.activate(BYTES);
    network.average(7);
    network.dense(1000);
    network.finish(name)
}
