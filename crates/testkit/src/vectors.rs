//! The golden models in `vectors/models/`: every operator, with what it gives. The files are
//! written by the example `write_vectors` and read by tests in every language.

use crate::models::{Layers, padded, preprocessing};
use crate::random::{Random, plain_pixels};
use crate::recipe::{Kind, Recipe};
use std::fmt::{Display, Write};
use zklens_model::{
    Add, AveragePool, Axis, Clip, Concat, Dense, GraphBuilder, Interval, LeftShift, LookupTable,
    MaxPool, Model, Op, Pixels, Relu, Rescale, Reshape, Weights, Window,
};

/// A golden model and its images.
#[derive(Clone, Debug)]
pub struct Vector {
    /// The file's stem.
    pub name: &'static str,
    /// The model.
    pub model: Model,
    /// The first is black, the second white, the others random.
    pub images: Vec<Pixels>,
}

impl Vector {
    fn new(name: &'static str, model: Model) -> Self {
        let input = *model.preprocessing();
        let mut random = Random::new(8);
        let mut images = vec![plain_pixels(&input, 0), plain_pixels(&input, 255)];
        images.extend((2..8).map(|_| random.pixels(&input)));
        Self {
            name,
            model,
            images,
        }
    }

    /// What the model gives: the logits of every image, and the output of every node on the last.
    ///
    /// # Panics
    ///
    /// Never: the images have the model's shape.
    #[must_use]
    pub fn json(&self) -> String {
        let traces: Vec<_> = self
            .images
            .iter()
            .map(|image| self.model.run(image).expect("images of the model's shape"))
            .collect();
        let digest = self.model.digest().map(|byte| format!("{byte:02x}"));
        let images = self.images.iter().map(|image| list(image.values()));
        let logits = traces.iter().map(|t| list(t.classification().logits()));
        let last = traces.last().expect("eight images");
        let nodes = 0..self.model.graph().nodes().len();
        let outputs = nodes.map(|node| list(last.output(node)));
        let mut json = String::new();
        json.push_str("{\n");
        let _ = writeln!(json, "  \"digest\": \"{}\",", digest.concat());
        let _ = writeln!(json, "  \"shape\": {},", list(&self.images[0].shape()));
        let _ = writeln!(json, "  \"scale\": {},", last.classification().scale());
        let _ = writeln!(json, "  \"images\": {},", lines(images));
        let _ = writeln!(json, "  \"logits\": {},", lines(logits));
        let _ = writeln!(json, "  \"outputs\": {}", lines(outputs));
        json.push_str("}\n");
        json
    }
}

fn list(items: &[impl Display]) -> String {
    let items: Vec<String> = items.iter().map(ToString::to_string).collect();
    format!("[{}]", items.join(","))
}

fn lines(items: impl Iterator<Item = String>) -> String {
    let items: Vec<String> = items.collect();
    format!("[\n    {}\n  ]", items.join(",\n    "))
}

/// Every golden model.
#[must_use]
pub fn all() -> Vec<Vector> {
    vec![
        Vector::new("dense", dense()),
        Vector::new("conv2d", conv2d()),
        Vector::new("depthwise", depthwise()),
        Vector::new("pools", pools()),
        Vector::new("table", table()),
        Vector::new("residual", residual()),
        Vector::new("concat", concat()),
        Vector::new("wide_weights", wide_weights()),
        Vector::new("grown", grown()),
    ]
}

fn dense() -> Model {
    crate::models::perceptron([4, 4], &[6, 5, 3], 1)
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

fn table() -> Model {
    let mut layers = Layers::new(preprocessing([3, 3], false), 5);
    layers.flatten();
    layers.dense(6);
    layers.then(Op::Rescale(Rescale { shift: 8 }));
    let bounds = Interval { lo: -128, hi: 127 };
    layers.then(Op::Clip(Clip { bounds }));
    // Leaky: a quarter of the slope below zero.
    let leaky = (-128..128).map(|x| if x < 0 { x * 25 } else { x * 100 });
    layers.then(Op::LookupTable(LookupTable {
        first: -128,
        values: Weights::new(leaky.collect()),
        scale: 6,
    }));
    layers.dense(3);
    layers.finish("table")
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

fn grown() -> Model {
    let kinds = [Kind::Conv2d, Kind::Concat, Kind::Rescale, Kind::MaxPool];
    let wishes = kinds.into_iter().chain(Kind::ALL).zip(11..);
    let recipe = Recipe {
        sides: [5, 4],
        rgb: true,
        wishes: wishes.collect(),
    };
    recipe.model()
}
