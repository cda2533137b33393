//! Tiny models, one for each kind of table and wire.

use zklens_model::{
    Add, AveragePool, Axis, Clip, Concat, Conv2d, Dense, GraphBuilder, Interval, LeftShift,
    LookupTable, MaxPool, Model, Node, Op, PRelu, Relu, Rescale, Weights, Window,
};
use zklens_testkit::models::{Layers, named, padded, preprocessing};

fn layers(seed: u64) -> Layers {
    Layers::new(preprocessing([4, 4], false), seed)
}

/// Three classes.
fn classes(mut layers: Layers) -> Model {
    layers.dense(3);
    layers.finish("tiny")
}

/// Convolution, maximum, rescale and ReLU in one table, dense layer.
pub(crate) fn pooled() -> Model {
    let mut layers = layers(1);
    layers.conv2d(2, padded(3, 1, 1), 1);
    let window = Window::square(2, 2);
    layers.then(Op::MaxPool(MaxPool { window }));
    layers.then(Op::Rescale(Rescale { shift: 8 }));
    layers.then(Op::Relu(Relu));
    layers.flatten();
    classes(layers)
}

/// Maximum over padded windows of nine, and a rescale without ReLU.
pub(crate) fn padded_pool() -> Model {
    let mut layers = layers(2);
    layers.conv2d(1, padded(1, 1, 0), 1);
    let window = padded(3, 2, 1);
    layers.then(Op::MaxPool(MaxPool { window }));
    layers.then(Op::Rescale(Rescale { shift: 8 }));
    layers.flatten();
    classes(layers)
}

/// Maximum over windows of three rows and two columns, with padding on one side.
pub(crate) fn tall_pool(before: bool) -> Model {
    let axis = |kernel, stride| Axis {
        kernel,
        stride,
        before: usize::from(before),
        after: usize::from(!before),
    };
    let window = Window {
        height: axis(3, 2),
        width: axis(2, 1),
    };
    let mut layers = layers(4);
    layers.conv2d(1, padded(1, 1, 0), 1);
    layers.then(Op::MaxPool(MaxPool { window }));
    layers.then(Op::Rescale(Rescale { shift: 8 }));
    layers.flatten();
    classes(layers)
}

/// Rescale and ReLU, clip. The clip has 255 values, so a table of its own.
pub(crate) fn clipped() -> Model {
    let mut layers = layers(3);
    layers.flatten();
    layers.dense(8);
    layers.then(Op::Rescale(Rescale { shift: 8 }));
    layers.then(Op::Relu(Relu));
    let bounds = Interval { lo: 0, hi: 254 };
    layers.then(Op::Clip(Clip { bounds }));
    classes(layers)
}

/// Rescale and a clip to 256 values, in one table.
pub(crate) fn saturated() -> Model {
    let mut layers = layers(14);
    layers.flatten();
    layers.dense(12);
    layers.then(Op::Rescale(Rescale { shift: 8 }));
    let bounds = Interval { lo: -100, hi: 155 };
    layers.then(Op::Clip(Clip { bounds }));
    classes(layers)
}

/// Maximum over windows of nine, a rescale, a ReLU, which the clip does too, and a clip to 256 values, in one table.
pub(crate) fn saturated_pool() -> Model {
    let mut layers = layers(15);
    layers.conv2d(1, padded(3, 1, 1), 1);
    let window = Window::square(3, 1);
    layers.then(Op::MaxPool(MaxPool { window }));
    layers.activate();
    layers.flatten();
    classes(layers)
}

/// Leaky ReLU.
pub(crate) fn leaky() -> Model {
    let mut layers = layers(13);
    layers.flatten();
    layers.dense(8);
    layers.then(Op::PRelu(PRelu {
        positive: 128,
        negative: 13,
        factor_scale: 7,
    }));
    layers.then(Op::Rescale(Rescale { shift: 16 }));
    classes(layers)
}

/// A table of values.
pub(crate) fn looked_up() -> Model {
    let mut layers = layers(5);
    layers.flatten();
    layers.dense(8);
    layers.then(Op::Rescale(Rescale { shift: 8 }));
    let bounds = Interval { lo: -40, hi: 39 };
    layers.then(Op::Clip(Clip { bounds }));
    let values = (-40..40).map(|x| if x < 0 { x } else { x * 4 });
    layers.then(Op::LookupTable(LookupTable {
        first: -40,
        values: Weights::new(values.collect()),
        scale: 2,
    }));
    classes(layers)
}

/// Two tables of 300 values, the last of the first zero, the second's all others.
pub(crate) fn looked_up_twice() -> Model {
    let mut layers = layers(12);
    let bounds = Interval { lo: -150, hi: 149 };
    let tables = [
        (-150..149).chain([0]).collect::<Vec<_>>(),
        (-150..150).map(|x| 3 * x + 1).collect(),
    ];
    layers.flatten();
    for values in tables {
        layers.dense(6);
        layers.then(Op::Rescale(Rescale { shift: 8 }));
        layers.then(Op::Clip(Clip { bounds }));
        layers.then(Op::LookupTable(LookupTable {
            first: -150,
            values: Weights::new(values),
            scale: 2,
        }));
    }
    classes(layers)
}

/// Average pool.
pub(crate) fn averaged() -> Model {
    let mut layers = layers(6);
    layers.conv2d(2, padded(3, 1, 1), 1);
    layers.then(Op::AveragePool(AveragePool {
        window: Window::square(2, 2),
        multiplier: 64,
        multiplier_scale: 8,
    }));
    layers.then(Op::Rescale(Rescale { shift: 16 }));
    layers.flatten();
    classes(layers)
}

/// Two convolutions in a row, with a copy between, the first also added to the second.
pub(crate) fn residual() -> Model {
    let mut layers = layers(7);
    let stem = layers.conv2d(2, padded(3, 1, 1), 1);
    let branch = layers.conv2d(2, padded(3, 1, 1), 2);
    let aligned = layers.join(Op::LeftShift(LeftShift { bits: 8 }), &[stem]);
    layers.join(Op::Add(Add), &[branch, aligned]);
    layers.then(Op::Rescale(Rescale { shift: 16 }));
    layers.then(Op::Relu(Relu));
    layers.flatten();
    classes(layers)
}

/// Depthwise convolution of three channels.
pub(crate) fn depthwise() -> Model {
    let mut layers = Layers::new(preprocessing([3, 3], true), 8);
    layers.conv2d(3, padded(2, 1, 0), 3);
    layers.activate();
    layers.flatten();
    classes(layers)
}

/// Two branches, one behind the other.
pub(crate) fn concat() -> Model {
    let mut layers = layers(9);
    let left = layers.conv2d(1, padded(3, 1, 0), 1);
    layers.last = GraphBuilder::INPUT;
    let right = layers.conv2d(2, padded(3, 1, 0), 1);
    layers.join(Op::Concat(Concat), &[left, right]);
    layers.then(Op::Rescale(Rescale { shift: 8 }));
    layers.flatten();
    classes(layers)
}

/// Two branches of one shape, in either order.
pub(crate) fn twins(exchanged: bool) -> Model {
    let mut layers = layers(9);
    let left = layers.conv2d(1, padded(3, 1, 0), 1);
    layers.last = GraphBuilder::INPUT;
    let right = layers.conv2d(1, padded(3, 1, 0), 1);
    let branches = if exchanged {
        [right, left]
    } else {
        [left, right]
    };
    layers.join(Op::Concat(Concat), &branches);
    layers.then(Op::Rescale(Rescale { shift: 8 }));
    layers.flatten();
    classes(layers)
}

/// The same logits for every image.
pub(crate) fn constant(logits: &[i64]) -> Model {
    let mut layers = Layers::new(preprocessing([2, 2], false), 1);
    layers.flatten();
    layers.then(Op::Dense(Dense {
        weights: Weights::new(vec![0; 4 * logits.len()]),
        weight_scale: 8,
        bias: logits.to_vec(),
    }));
    layers.finish("constant")
}

/// A convolution whose padding lies before the picture, or behind it.
pub(crate) fn lopsided(before: bool) -> Model {
    let axis = Axis {
        kernel: 2,
        stride: 1,
        before: usize::from(before),
        after: usize::from(!before),
    };
    let mut layers = layers(10);
    layers.conv2d(
        1,
        Window {
            height: axis,
            width: axis,
        },
        1,
    );
    layers.activate();
    layers.flatten();
    classes(layers)
}

pub(crate) fn all() -> Vec<Model> {
    vec![
        pooled(),
        padded_pool(),
        tall_pool(false),
        clipped(),
        saturated(),
        saturated_pool(),
        leaky(),
        looked_up(),
        averaged(),
        residual(),
        depthwise(),
        concat(),
        constant(&[1, 2]),
        lopsided(true),
    ]
}

/// The model with one operator changed.
pub(crate) fn with(model: &Model, node: usize, change: impl Fn(&mut Op)) -> Model {
    let mut graph = GraphBuilder::new(*model.preprocessing()).unwrap();
    let nodes: &[Node] = model.graph().nodes();
    for (index, old) in nodes.iter().enumerate().skip(1) {
        let mut op = old.op().clone();
        if index == node {
            change(&mut op);
        }
        graph.push(op, old.inputs()).unwrap();
    }
    named(model.name(), graph.finish().unwrap())
}

/// The nodes whose operator is such.
pub(crate) fn nodes(model: &Model, is_such: fn(&Op) -> bool) -> Vec<usize> {
    let nodes = model.graph().nodes().iter().enumerate();
    nodes
        .filter(|(_, node)| is_such(node.op()))
        .map(|(index, _)| index)
        .collect()
}

/// Moves a weight by one towards zero, so that bounds stay.
pub(crate) fn shrink(op: &mut Op, weight: usize) {
    let (Op::Dense(Dense { weights, .. }) | Op::Conv2d(Conv2d { weights, .. })) = op else {
        panic!("a layer without weights");
    };
    let mut values = weights.values().to_vec();
    values[weight] -= if values[weight] == 0 {
        -1
    } else {
        values[weight].signum()
    };
    *weights = Weights::new(values);
}

/// Moves a bias by one towards zero.
pub(crate) fn shrink_bias(op: &mut Op, output: usize) {
    let (Op::Dense(Dense { bias, .. }) | Op::Conv2d(Conv2d { bias, .. })) = op else {
        panic!("a layer without weights");
    };
    bias[output] -= if bias[output] == 0 {
        -1
    } else {
        bias[output].signum()
    };
}
