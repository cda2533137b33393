//! Models of the usual shapes with random weights.

use crate::random::Random;
use zklens_model::{
    AveragePool, Axis, Clip, Colour, Conv2d, Dense, Graph, GraphBuilder, Interval, Model, NodeId,
    Op, Preprocessing, Relu, Rescale, Resize, Window,
};

/// Greyscale or colour input of `[height, width]`.
#[must_use]
pub const fn preprocessing([height, width]: [u16; 2], rgb: bool) -> Preprocessing {
    Preprocessing {
        height,
        width,
        colour: if rgb { Colour::Rgb } else { Colour::Luma },
        resize: Resize::Box,
        invert: false,
    }
}

/// `class 0`, `class 1` and so on.
#[must_use]
pub fn class_names(count: usize) -> Vec<String> {
    (0..count).map(|class| format!("class {class}")).collect()
}

/// Names a graph that ends in a vector.
///
/// # Panics
///
/// The graph does not end in a vector.
#[must_use]
pub fn named(name: &str, graph: Graph) -> Model {
    let outputs = graph.output().map_or(0, |tensor| tensor.shape.len());
    Model::new(name, class_names(outputs), graph).expect("as many classes as outputs")
}

/// A graph under construction, one layer after the other.
#[derive(Debug)]
pub struct Layers {
    graph: GraphBuilder,
    /// The last layer's output.
    pub last: NodeId,
    /// The source of random weights.
    pub random: Random,
}

impl Layers {
    /// A graph of the input alone.
    ///
    /// # Panics
    ///
    /// The input has no pixels.
    #[must_use]
    pub fn new(preprocessing: Preprocessing, seed: u64) -> Self {
        Self {
            graph: GraphBuilder::new(preprocessing).expect("an input with pixels"),
            last: GraphBuilder::INPUT,
            random: Random::new(seed),
        }
    }

    /// Appends `op` on the last layer.
    pub fn then(&mut self, op: Op) -> NodeId {
        self.join(op, &[self.last])
    }

    /// Appends `op` on the layers `inputs`.
    ///
    /// # Panics
    ///
    /// The graph refuses it.
    pub fn join(&mut self, op: Op, inputs: &[NodeId]) -> NodeId {
        let node = self.graph.push(op, inputs);
        self.last = node.unwrap_or_else(|error| panic!("{error}"));
        self.last
    }

    /// Appends a fully connected layer with weights of one byte.
    pub fn dense(&mut self, outputs: usize) -> NodeId {
        let inputs = self.len();
        let op = Op::Dense(Dense {
            weights: self.random.weights(inputs * outputs, 127),
            weight_scale: 8,
            bias: self.random.biases(outputs, 10_000),
        });
        self.then(op)
    }

    /// Appends a convolution with weights of one byte.
    pub fn conv2d(&mut self, outputs: usize, window: Window, groups: usize) -> NodeId {
        let depth = self.channels() / groups;
        let op = Op::Conv2d(Conv2d {
            weights: self.random.weights(outputs * depth * window.area(), 127),
            weight_scale: 8,
            bias: self.random.biases(outputs, 10_000),
            window,
            groups,
        });
        self.then(op)
    }

    /// Rescale, ReLU and clip, which bring cells back to `0…255`.
    pub fn activate(&mut self) -> NodeId {
        self.then(Op::Rescale(Rescale { shift: 8 }));
        self.then(Op::Relu(Relu));
        let bounds = Interval { lo: 0, hi: 255 };
        self.then(Op::Clip(Clip { bounds }))
    }

    /// Appends a reshape to a vector of all cells.
    pub fn flatten(&mut self) -> NodeId {
        let len = self.len();
        self.then(Op::flatten(len))
    }

    /// Ends the graph and names the model.
    ///
    /// # Panics
    ///
    /// The last layer is not a vector, or another layer is not used.
    #[must_use]
    pub fn finish(self, name: &str) -> Model {
        let graph = self.graph.finish();
        named(name, graph.unwrap_or_else(|error| panic!("{error}")))
    }

    /// The number of channels of the last layer.
    #[must_use]
    pub fn channels(&self) -> usize {
        let tensor = self.graph.tensor(self.last);
        tensor.map_or(0, |tensor| tensor.shape.channels())
    }

    fn len(&self) -> usize {
        let tensor = self.graph.tensor(self.last);
        tensor.map_or(0, |tensor| tensor.shape.len())
    }
}

/// A square window with the same padding on all sides.
#[must_use]
pub const fn padded(kernel: usize, stride: usize, padding: usize) -> Window {
    let axis = Axis {
        kernel,
        stride,
        before: padding,
        after: padding,
    };
    Window {
        height: axis,
        width: axis,
    }
}

/// A perceptron on a greyscale input, with layers of these widths; the last width is the number of
/// classes.
#[must_use]
pub fn perceptron(sides: [u16; 2], widths: &[usize], seed: u64) -> Model {
    let mut layers = Layers::new(preprocessing(sides, false), seed);
    layers.flatten();
    for (index, width) in widths.iter().enumerate() {
        if index > 0 {
            layers.activate();
        }
        layers.dense(*width);
    }
    layers.finish("perceptron")
}

/// LeNet-5 on 28×28 pixels (LeCun, Bottou, Bengio, Haffner 1998), with ReLU.
#[must_use]
pub fn lenet(seed: u64) -> Model {
    let mut layers = Layers::new(preprocessing([28, 28], false), seed);
    for (outputs, window) in [(6, padded(5, 1, 2)), (16, padded(5, 1, 0))] {
        layers.conv2d(outputs, window, 1);
        layers.activate();
        layers.then(Op::AveragePool(AveragePool {
            window: Window::square(2, 2),
            multiplier: 64,
            multiplier_scale: 8,
        }));
        layers.then(Op::Rescale(Rescale { shift: 8 }));
    }
    layers.flatten();
    for outputs in [120, 84] {
        layers.dense(outputs);
        layers.activate();
    }
    layers.dense(10);
    layers.finish("lenet")
}
