//! The golden models in `vectors/models/`, in which every operator occurs, with their outputs. The
//! example `write_vectors` writes the files, and tests in every language read them.

use crate::models::Layers;
use crate::operators::{Kind, golden};
use crate::random::{Random, plain_pixels};
use crate::recipe::Recipe;
use std::fmt::{Display, Write};
use zklens_model::{
    Colour, Crop, Dense, Filter, Model, Op, Pixels, Preprocessing, Resize, View, Weights,
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

    /// The logits of every image, and the output of every node on the last image, as JSON.
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

/// Every golden model: those of the operators, a random one with all of them, and one that only
/// shows its pixels.
#[must_use]
pub fn all() -> Vec<Vector> {
    let mut models = golden();
    models.push(("grown", grown()));
    models.push(("view", view()));
    let vectors = models.into_iter();
    vectors
        .map(|(name, model)| Vector::new(name, model))
        .collect()
}

/// A model for photographs: upright, cropped and averaged. Its logits are its pixels, so that other
/// programs can compare them with their own.
fn view() -> Model {
    let view = View::new(true, Crop::new(224, 256), Filter::Area);
    let input = Preprocessing {
        height: 3,
        width: 4,
        colour: Colour::Rgb,
        resize: Resize::View(view.expect("more than nearest neighbour")),
        invert: false,
    };
    let len = input.len();
    let mut layers = Layers::new(input, 0);
    layers.flatten();
    let identity = (0..len * len).map(|at| i32::from(at % (len + 1) == 0));
    layers.then(Op::Dense(Dense {
        weights: Weights::new(identity.collect()),
        weight_scale: 0,
        bias: vec![0; len],
    }));
    layers.finish("view")
}

/// The list is written out because it may not change with [`Kind::ALL`]: a later operator has a
/// golden model of its own.
fn grown() -> Model {
    let kinds = [
        Kind::Conv2d,
        Kind::Concat,
        Kind::Rescale,
        Kind::MaxPool,
        Kind::Dense,
        Kind::Conv2d,
        Kind::AveragePool,
        Kind::Rescale,
        Kind::Relu,
        Kind::Clip,
        Kind::LookupTable,
        Kind::MaxPool,
        Kind::Add,
        Kind::Concat,
        Kind::LeftShift,
        Kind::Reshape,
    ];
    let recipe = Recipe {
        sides: [5, 4],
        rgb: true,
        wishes: kinds.into_iter().zip(11..).collect(),
    };
    recipe.model()
}
