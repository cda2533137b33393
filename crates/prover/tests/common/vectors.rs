//! The golden proofs: made with fixed randomness, so that they can be made again.

use super::{pixels, rng, setup};
use std::fmt::Write;
use zklens_layers::layout::DEGREE;
use zklens_model::{Clip, Interval, LookupTable, Model, Op, PRelu, Pixels, Weights, Window};
use zklens_prover::{Privacy, ProvingKey, prove};
use zklens_testkit::models::{Layers, padded, preprocessing};
use zklens_testkit::recorder::{Event, record};
use zklens_verifier::{ProofFile, VerifyingKey};

/// A proof with everything that it depends on.
#[derive(Debug)]
pub(crate) struct Vector {
    /// Its files' name.
    pub(crate) name: &'static str,
    /// The verifying key.
    pub(crate) key: VerifyingKey,
    /// The statement, its proof, and the opening of its input commitments.
    pub(crate) file: ProofFile,
    /// The images.
    pub(crate) images: Vec<Pixels>,
}

/// All of them.
pub(crate) fn all() -> Vec<Vector> {
    let shipped = |name: &str| {
        let shipped = zklens_models::find(name).expect("a shipped model");
        shipped.decode().expect("a valid file")
    };
    vec![
        vector("smallest", &smallest(), 1),
        vector("every-gadget", &every_gadget(), 2),
        vector("fashion-mlp", &shipped("fashion-mlp"), 1),
        vector("mnist-cnn", &shipped("mnist-cnn"), 1),
        vector("mnist-cnn-batch", &shipped("mnist-cnn"), 6),
    ]
}

fn vector(name: &'static str, model: &Model, images: usize) -> Vector {
    let key = ProvingKey::new(setup(), model.clone(), Privacy::Public).expect("provable");
    let images: Vec<Pixels> = (0..images).map(|seed| pixels(model, seed)).collect();
    let context = *b"a context of exactly 32 bytes...";
    let proved = prove(setup(), &key, &images, context, &mut rng(1)).expect("a proof");
    Vector {
        name,
        key: key.verifying().clone(),
        file: ProofFile {
            statement: proved.statement,
            proof: proved.proof,
            opening: Some(proved.opening),
        },
        images,
    }
}

/// Two pixels, two classes, one matrix.
fn smallest() -> Model {
    let mut layers = Layers::new(preprocessing([1, 2], false), 1);
    layers.flatten();
    layers.dense(2);
    layers.finish("smallest")
}

/// Convolution with padding and groups, maximum, rescale, ReLU, clips of 16 and 256 values, table, average, leaky ReLU.
pub(crate) fn every_gadget() -> Model {
    let mut layers = Layers::new(preprocessing([6, 6], true), 2);
    layers.conv2d(6, padded(3, 1, 1), 3);
    layers.then(Op::MaxPool(zklens_model::MaxPool {
        window: padded(3, 2, 1),
    }));
    layers.then(Op::Rescale(zklens_model::Rescale { shift: 8 }));
    let skipped = layers.then(Op::Relu(zklens_model::Relu));
    let convolved = layers.conv2d(6, padded(3, 1, 1), 1);
    layers.join(
        Op::Rescale(zklens_model::Rescale { shift: 16 }),
        &[convolved],
    );
    let bounds = Interval { lo: -8, hi: 7 };
    layers.then(Op::Clip(Clip { bounds }));
    let scale = 1;
    let values = Weights::new((-8..8).map(|x| x * x / 2 + x).collect());
    layers.then(Op::LookupTable(LookupTable {
        first: -8,
        values,
        scale,
    }));
    let _ = skipped;
    layers.then(Op::AveragePool(zklens_model::AveragePool {
        window: Window::square(2, 1),
        multiplier: 64,
        multiplier_scale: 8,
    }));
    layers.then(Op::PRelu(PRelu {
        positive: 128,
        negative: -13,
        factor_scale: 7,
    }));
    layers.then(Op::MaxPool(zklens_model::MaxPool {
        window: padded(3, 1, 1),
    }));
    layers.then(Op::Rescale(zklens_model::Rescale { shift: 16 }));
    let bounds = Interval { lo: -10, hi: 245 };
    layers.then(Op::Clip(Clip { bounds }));
    layers.flatten();
    layers.dense(4);
    layers.finish("every-gadget")
}

impl Vector {
    /// The proof in words: for those who write a verifier.
    pub(crate) fn json(&self) -> String {
        let statement = &self.file.statement;
        let labels = statement.labels.iter().map(|label| label.to_string());
        let labels: Vec<String> = labels.collect();
        let digest = statement.digest(setup().verifier());
        let events = record(setup().verifier(), &self.key, statement, &self.file.proof);
        let mut json = String::from("{\n");
        let mut field = |name: &str, value: &str| {
            let _ = writeln!(json, "  \"{name}\": {value},");
        };
        field("protocol", "\"zklens/v1\"");
        field("setup", &quoted(setup().verifier().digest()));
        field("model", &quoted(&statement.model.0));
        field("labels", &format!("[{}]", labels.join(", ")));
        field("context", &quoted(&statement.context));
        field("statement", &quoted(&digest));
        json.push_str("  \"transcript\": [\n");
        let events = events.expect("a proof of ours");
        let events: Vec<String> = events.iter().map(event).collect();
        json.push_str(&events.join(",\n"));
        json.push_str("\n  ]\n}\n");
        json
    }
}

fn event(event: &Event) -> String {
    match event {
        Event::Message { label, words } => {
            let words: Vec<String> = words.iter().map(|word| quoted(word)).collect();
            format!(
                "    {{ \"message\": \"{}\", \"words\": [{}] }}",
                label.name(),
                words.join(", ")
            )
        }
        Event::Challenge { label, value } => format!(
            "    {{ \"challenge\": \"{}\", \"value\": {} }}",
            label.name(),
            quoted(value)
        ),
    }
}

fn quoted(bytes: &[u8]) -> String {
    let mut text = String::from("\"0x");
    for byte in bytes {
        let _ = write!(text, "{byte:02x}");
    }
    text.push('"');
    text
}

/// Bytes and rounds of the shipped models' proofs, for some batch sizes.
pub(crate) fn snapshot() -> String {
    let mut json = String::from("{\n");
    let last = zklens_models::ALL.len() - 1;
    for (index, shipped) in zklens_models::ALL.iter().enumerate() {
        let model = shipped.decode().expect("a valid file");
        let key = ProvingKey::new(setup(), model, Privacy::Public).expect("provable");
        let _ = writeln!(json, "  \"{}\": {{", shipped.name);
        let batches = [1, 2, 4, 8, 16];
        for images in batches {
            let layout = key.layout(images).expect("a batch");
            let points = layout.vectors.witness.len() + layout.vectors.helpers.len() + 4;
            let scalars = layout.num_vars * DEGREE + layout.num_values() + 1;
            let (bytes, rounds) = (64 * points + 32 * scalars, layout.num_vars);
            let comma = if images == 16 { "" } else { "," };
            let _ = writeln!(
                json,
                "    \"{images}\": {{ \"bytes\": {bytes}, \"rounds\": {rounds} }}{comma}"
            );
        }
        json.push_str(if index == last { "  }\n" } else { "  },\n" });
    }
    json.push_str("}\n");
    json
}
