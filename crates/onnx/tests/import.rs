//! Imported graphs agree with onnxruntime, and what cannot be imported is refused by name.

use serde::Deserialize;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use zklens_model::{Model, Pixels};
use zklens_onnx::{ImportError, Imported, Importer, Options, PixelRange, Sample};

/// An ONNX graph's inputs and what onnxruntime makes of them; written by `training/graphs.py`.
#[derive(Deserialize)]
struct Expected {
    inputs: Vec<Vec<u8>>,
    shape: [u16; 3],
    pixel_range: String,
    outputs: Vec<Vec<f64>>,
}

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests")
        .join(name)
}

/// Our graphs, and those that other tools exported.
fn graphs() -> Vec<(String, Vec<u8>, Expected)> {
    let mut graphs = Vec::new();
    for entry in ["graphs", "foreign"]
        .iter()
        .flat_map(|f| std::fs::read_dir(folder(f)).unwrap())
    {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|e| e == "onnx") {
            let expected = std::fs::read(path.with_extension("json")).unwrap();
            let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
            let file = std::fs::read(&path).unwrap();
            graphs.push((name, file, serde_json::from_slice(&expected).unwrap()));
        }
    }
    assert!(graphs.len() >= 20, "found only {} graphs", graphs.len());
    graphs
}

fn classes(count: usize) -> Vec<String> {
    (0..count).map(|class| format!("class {class}")).collect()
}

fn samples(expected: &Expected) -> Vec<Sample> {
    let sample = |pixels: &Vec<u8>| Sample {
        pixels: Pixels::new(expected.shape, pixels.clone()).unwrap(),
        label: None,
    };
    expected.inputs.iter().map(sample).collect()
}

fn import(name: &str, file: &[u8], expected: &Expected, range: PixelRange) -> Imported {
    let mut options = Options::new(name, classes(expected.outputs[0].len()));
    options.pixel_range = range;
    options.size = Some([expected.shape[1], expected.shape[2]]);
    let importer = Importer::new(file, &options).unwrap_or_else(|error| panic!("{name}: {error}"));
    importer
        .quantise(&samples(expected), &|| ())
        .unwrap_or_else(|error| panic!("{name}: {error}"))
}

fn largest_error(model: &Model, expected: &Expected) -> f64 {
    let mut largest = 0.0f64;
    for (sample, outputs) in samples(expected).iter().zip(&expected.outputs) {
        let run = model.classify(&sample.pixels).unwrap();
        let unit = f64::from(-run.scale()).exp2();
        for (logit, output) in run.logits().iter().zip(outputs) {
            largest = largest.max((*logit as f64 * unit - output).abs());
        }
    }
    largest
}

#[test]
fn graphs_agree_with_onnxruntime_within_the_reported_error() {
    for (name, file, expected) in graphs() {
        let range = match expected.pixel_range.as_str() {
            "byte" => PixelRange::Byte,
            _ => PixelRange::Unit,
        };
        let Imported { model, report, .. } = import(&name, &file, &expected, range);
        let error = largest_error(&model, &expected);
        println!(
            "{name}: error {error:.5} of {:.2}\n{report}",
            report.largest_logit
        );
        // Our float network and onnxruntime add in different orders.
        let rounding = 1e-4 * report.largest_logit.max(1.0);
        assert!(
            error <= report.largest_logit_error + rounding,
            "{name}: {error}"
        );
        assert!(
            report.largest_logit_error < 0.02 * report.largest_logit,
            "{name}"
        );
        assert!(report.agreement >= 0.9, "{name}: {}", report.agreement);
    }
}

#[test]
fn normalisation_inside_the_graph_is_found() {
    for (name, file, expected) in graphs() {
        let wanted = match expected.pixel_range.as_str() {
            "byte" => PixelRange::Byte,
            _ => PixelRange::Unit,
        };
        let (auto, given) = (
            import(&name, &file, &expected, PixelRange::Auto),
            import(&name, &file, &expected, wanted),
        );
        assert_eq!(auto.model, given.model, "{name}");
    }
}

#[test]
fn models_survive_their_file() {
    for (name, file, expected) in graphs() {
        let model = import(&name, &file, &expected, PixelRange::Auto).model;
        assert_eq!(Model::decode(&model.encode()).unwrap(), model, "{name}");
    }
}

/// Why a network of 12×12 pixels and 4 or 5 classes is refused.
fn refusal(file: &[u8]) -> String {
    let with = |count| Importer::new(file, &Options::new("refused", classes(count)));
    let samples = [Sample {
        pixels: Pixels::new([1, 12, 12], (100..244).collect()).unwrap(),
        label: None,
    }];
    let imported = with(4).or_else(|error| match error {
        ImportError::Output { reason } if reason.starts_with("it has 5 logits") => with(5),
        other => Err(other),
    });
    let imported = imported.and_then(|importer| importer.quantise(&samples, &|| ()));
    imported.unwrap_err().to_string()
}

/// What the refusal of each file must say; written by hand.
#[test]
fn refusals_name_the_node_the_operator_and_the_reason() {
    let expected: BTreeMap<&str, &[&str]> = BTreeMap::from([
        (
            "average_pool_excluding_pads",
            &["AveragePool", "count_include_pad"] as &[&str],
        ),
        ("bias_per_image", &["Gemm", "a bias of dimensions [4, 1]"]),
        ("ceil_mode_pool", &["MaxPool", "ceil_mode"]),
        ("custom_domain", &["domain"]),
        ("dilated_conv", &["Conv", "dilated"]),
        ("dynamic_weights", &["Conv", "expected a constant"]),
        ("erf", &["Erf", "not supported", "supported operators: Add"]),
        ("external_data", &["another file"]),
        ("gelu", &["Gelu", "not supported"]),
        ("half_precision", &["`image`", "type 10", "only float"]),
        (
            "huge_values",
            &["layer `conv_3`", "its values reach 1.7e12"],
        ),
        ("huge_weights", &["weights or biases reach 1", "e30"]),
        ("lstm", &["LSTM", "not supported"]),
        ("mul_two_tensors", &["Mul", "multiplies two tensors"]),
        ("not_a_number", &["not a number"]),
        ("not_finite", &["calibration", "infinite values"]),
        ("opset_22", &["opset 22"]),
        ("opset_8", &["opset 8"]),
        ("softmax_in_the_middle", &["softmax", "last operator"]),
        ("tiny_values", &["its values reach", "e-12"]),
        ("two_inputs", &["expected one input, got 2"]),
        ("two_outputs", &["expected one output, got 2"]),
    ]);
    let mut seen = 0;
    for entry in std::fs::read_dir(folder("refused")).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|e| e != "onnx") {
            continue;
        }
        let name = path.file_stem().unwrap().to_str().unwrap();
        let phrases = expected
            .get(name)
            .unwrap_or_else(|| panic!("{name} has no expectation"));
        let message = refusal(&std::fs::read(&path).unwrap());
        for phrase in *phrases {
            assert!(message.contains(phrase), "{name}: {message}");
        }
        seen += 1;
    }
    assert_eq!(seen, expected.len());
}

#[test]
fn rejects_calibration_without_images() {
    let (name, file, expected) = graphs().remove(0);
    let options = Options::new(&name, classes(expected.outputs[0].len()));
    let error = Importer::new(&file, &options)
        .unwrap()
        .quantise(&[], &|| ())
        .unwrap_err();
    assert!(error.to_string().contains("no images"), "{error}");
}

#[test]
fn rejects_class_names_of_another_number() {
    let (name, file, _) = graphs().remove(0);
    let error = Importer::new(&file, &Options::new(&name, classes(77))).unwrap_err();
    assert!(error.to_string().contains("for 77 class names"), "{error}");
}

#[test]
fn rejects_files_that_are_there_twice() {
    for (name, file, _) in graphs() {
        let error = Importer::new(&file.repeat(2), &Options::new(&name, classes(5))).unwrap_err();
        assert!(error.to_string().contains("2 versions"), "{error}");
    }
}

#[test]
fn rejects_truncated_files_without_panic() {
    for (name, file, expected) in graphs() {
        let options = Options::new(&name, classes(expected.outputs[0].len()));
        for len in (0..file.len()).step_by(1 + file.len() / 50) {
            // A prefix of a Protocol Buffer may itself be one; it must only not panic.
            let _ = Importer::new(&file[..len], &options);
        }
    }
}
