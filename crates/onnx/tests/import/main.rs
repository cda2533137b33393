//! Imported graphs agree with onnxruntime, and unsupported ones are refused with the name of the
//! node.

mod activations;
mod support;

use std::collections::BTreeMap;
use support::{Beside, Expected, classes, folder, graphs, import, largest_error};
use zklens_model::{Model, Pixels};
use zklens_onnx::{ExternalData, ImportError, Imported, Importer, Options, PixelRange, Sample};

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
        let share = if expected.rounds { 0.04 } else { 1e-4 };
        let rounding = share * report.largest_logit.max(1.0);
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

/// The error with which a network of 12×12 pixels and 4 or 5 classes is refused.
fn refusal(file: &[u8]) -> String {
    let with = |count| Importer::new(file, &Options::new("refused", classes(count)));
    let samples = [Sample {
        pixels: Pixels::new([1, 12, 12], (100..244).collect()).unwrap(),
        label: None,
    }];
    let imported = with(4)
        .or_else(|error| match error {
            ImportError::Output { reason } if reason.starts_with("it has 5 logits") => with(5),
            other => Err(other),
        })
        .and_then(|importer| importer.quantise(&samples, &|| ()));
    imported.unwrap_err().to_string()
}

/// Words that the refusal of each file must contain, written by hand.
const REFUSALS: &[(&str, &[&str])] = &[
    ("bias_per_image", &["Gemm", "a bias of dimensions [4, 1]"]),
    (
        "copies_apart",
        &["Add", "two copies of one value differently"],
    ),
    ("custom_domain", &["operator domain `org.example`"]),
    ("cut_off_mean", &["AveragePool", "count_include_pad"]),
    ("dilated_pool", &["MaxPool", "dilated"]),
    ("mixed_pixels", &["Resize", "`linear` mixes pixels"]),
    (
        "statistics_per_cell",
        &["BatchNormalization", "spatial = 0"],
    ),
    ("two_grids", &["DequantizeLinear", "another scale"]),
    (
        "whole_arithmetic",
        &["Div", "whole numbers", "Cast to float"],
    ),
    (
        "dropout_in_training",
        &["Dropout", "training mode", "model.eval()"],
    ),
    ("dynamic_weights", &["Conv", "expected a constant"]),
    (
        "external_data",
        &["`external_data.bin`, which is not at hand"],
    ),
    ("function_bomb", &["unfold to too many nodes"]),
    ("function_that_calls_itself", &["(F)", "more than 32 deep"]),
    (
        "huge_values",
        &["layer `conv_3`", "its values reach 1.7e12"],
    ),
    ("huge_weights", &["weights or biases reach 1", "e30"]),
    (
        "instance_norm",
        &[
            "InstanceNormalization",
            "BatchNormalization",
            "is supported",
        ],
    ),
    ("last_of_equals", &["ArgMax", "select_last_index"]),
    (
        "lstm",
        &["LSTM", "not supported", "supported operators: Abs"],
    ),
    (
        "mirrored_border",
        &["(Pad)", "mirrors", "fully connected layer"],
    ),
    (
        "mul_two_tensors",
        &["Mul", "one number per channel, are supported"],
    ),
    ("not_a_number", &["not a number"]),
    ("not_finite", &["calibration", "infinite values"]),
    ("opset_6", &["opset 6", "opsets 7 to 28"]),
    ("opset_99", &["opset 99", "opsets 7 to 28"]),
    (
        "quantised",
        &["QLinearConv", "floating point", "quantises by itself"],
    ),
    ("softmax_in_the_middle", &["softmax", "last operator"]),
    ("tiny_values", &["its values reach", "e-12"]),
    ("two_inputs", &["expected one input, got 2"]),
    (
        "woven_cells",
        &["(SpaceToDepth)", "no rows and columns of one layer"],
    ),
    ("two_outputs", &["there are several, `logits`, `relu_"]),
];

#[test]
fn refusals_name_the_node_the_operator_and_the_reason() {
    let expected: BTreeMap<&str, &[&str]> = REFUSALS.iter().copied().collect();
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
        let options = Options::new(&name, classes(5));
        let files = Beside(folder("graphs"));
        let error = Importer::with_external_data(&file.repeat(2), &options, &files).unwrap_err();
        assert!(error.to_string().contains(" versions"), "{error}");
    }
}

#[test]
fn rejects_truncated_files_without_panic() {
    for (name, file, expected) in graphs() {
        let options = Options::new(&name, classes(expected.outputs[0].len()));
        for len in (0..file.len()).step_by(1 + file.len() / 50) {
            // A prefix of a Protocol Buffer may be valid itself, so only panics are excluded.
            let _ = Importer::new(&file[..len], &options);
        }
    }
}

fn graph(name: &str) -> (Vec<u8>, Expected) {
    let path = folder("graphs").join(name);
    let expected = std::fs::read(path.with_extension("json")).unwrap();
    let file = std::fs::read(path.with_extension("onnx")).unwrap();
    (file, serde_json::from_slice(&expected).unwrap())
}

/// Answers every read with zeros, and records the reads.
struct Asked(std::sync::Mutex<Vec<(String, u64, u64)>>, Option<usize>);

impl ExternalData for Asked {
    fn read(&self, location: &str, offset: u64, length: u64) -> Result<Vec<u8>, String> {
        let question = (location.to_owned(), offset, length);
        self.0.lock().unwrap().push(question);
        let given = self.1.ok_or("is not there")?;
        Ok(vec![0; given])
    }
}

#[test]
fn weights_beside_the_model_are_asked_for_by_place_and_length() {
    let (file, _) = graph("weights_beside");
    let options = Options::new("net", classes(5));
    let import = |given| {
        let asked = Asked(std::sync::Mutex::default(), given);
        let error = Importer::with_external_data(&file, &options, &asked).unwrap_err();
        (error.to_string(), asked.0.into_inner().unwrap())
    };
    let (error, asked) = import(None);
    assert_eq!(
        error,
        "weights lie in the file `weights_beside.onnx.data`, which is not there"
    );
    // Four kernels of 3×3 floats come first.
    assert_eq!(asked, [("weights_beside.onnx.data".to_owned(), 0, 144)]);
    let (error, _) = import(Some(3));
    assert!(error.contains("gave 3 bytes for 144"), "{error}");
}

/// Replaces the first `from` in the file, which must occur, by `to`, which must have the same
/// length.
fn changed(file: &[u8], from: &[u8], to: &[u8]) -> Vec<u8> {
    assert_eq!(from.len(), to.len());
    let at = file.windows(from.len()).position(|bytes| bytes == from);
    let mut file = file.to_vec();
    file[at.unwrap()..][..to.len()].copy_from_slice(to);
    file
}

#[test]
fn weights_outside_of_the_folder_or_of_another_length_are_not_asked_for() {
    let (file, _) = graph("weights_beside");
    let options = Options::new("net", classes(5));
    for (from, to, said) in [
        (
            "weights_beside.onnx.data",
            "../ghts_beside.onnx.data",
            "only files in the model's folder",
        ),
        (
            "weights_beside.onnx.data",
            "/etc/s_beside.onnx.data0",
            "only files in the model's folder",
        ),
        (
            "weights_beside.onnx.data",
            "a/../.._beside.onnx.d/..",
            "only files in the model's folder",
        ),
    ] {
        let file = changed(&file, from.as_bytes(), to.as_bytes());
        let asked = Asked(std::sync::Mutex::default(), Some(144));
        let error = Importer::with_external_data(&file, &options, &asked).unwrap_err();
        assert!(error.to_string().contains(said), "{error}");
        assert!(asked.0.into_inner().unwrap().is_empty());
    }
    let file = changed(&file, b"144", b"145");
    let asked = Asked(std::sync::Mutex::default(), Some(145));
    let error = Importer::with_external_data(&file, &options, &asked).unwrap_err();
    assert!(error.to_string().contains("takes 144 bytes"), "{error}");
    assert!(asked.0.into_inner().unwrap().is_empty());
}

#[test]
fn the_output_that_is_named_is_taken() {
    let (file, _) = graph("label_and_scores");
    let import = |name: Option<&str>, count| {
        let mut options = Options::new("net", classes(count));
        options.output = name.map(Into::into);
        Importer::new(&file, &options).map(|_| ())
    };
    // Without a choice the importer takes the scores, in whatever order the outputs stand.
    assert_eq!(import(None, 5), Ok(()));
    assert_eq!(import(Some("identity_7"), 5), Ok(()));
    // The hidden layer has 12 values.
    assert_eq!(import(Some("relu_5"), 12), Ok(()));
    let error = import(Some("scores"), 5).unwrap_err().to_string();
    assert!(error.contains("no output is called `scores`"), "{error}");
    assert!(error.contains("`identity_7`"), "{error}");
}

#[test]
fn whole_numbers_are_bytes() {
    let (file, expected) = graph("whole_bytes");
    let mut options = Options::new("net", classes(expected.outputs[0].len()));
    options.pixel_range = PixelRange::Unit;
    let error = Importer::new(&file, &options).unwrap_err().to_string();
    assert!(error.contains("takes whole numbers"), "{error}");
}

#[test]
fn every_node_of_the_model_names_the_onnx_node_it_computes() {
    for (name, file, expected) in graphs() {
        let imported = import(&name, &file, &expected, PixelRange::Auto);
        let nodes = imported.model.graph().nodes();
        assert_eq!(imported.origins.len(), nodes.len(), "{name}");
        for layer in &imported.report.layers {
            assert_eq!(imported.origins[layer.node], layer.name, "{name}");
        }
    }
}

/// The first layer's weights are those of the file, zeros included.
#[test]
fn a_sparse_kernel_is_the_kernel_written_out() {
    let (file, expected) = graph("sparse_weights");
    let model = import("net", &file, &expected, PixelRange::Auto).model;
    let kernel = model
        .graph()
        .nodes()
        .iter()
        .find_map(|node| match node.op() {
            zklens_model::Op::Conv2d(op) => Some(op.weights.values().to_vec()),
            _ => None,
        })
        .unwrap();
    let zeros = kernel.iter().filter(|weight| **weight == 0).count();
    assert!(
        (15..40).contains(&zeros) && kernel.len() == 54,
        "{kernel:?}"
    );
}

#[test]
fn other_files_are_told_what_they_are() {
    let header = |rest: &[u8]| [&64u64.to_le_bytes()[..], rest].concat();
    let kinds: [(&[u8], &str); 9] = [
        (b"", "it is empty"),
        (b"PK\x03\x04....archive/data.pkl", "it is a PyTorch file"),
        (b"\x80\x02}q\x00.", "it is a Python pickle"),
        (&header(b"{\"weight\":{}}"), "it is a safetensors file"),
        (b"\x1c\0\0\0TFL3", "it is a TensorFlow Lite network"),
        (b"\x89HDF\r\n\x1a\n", "it is an HDF5 file"),
        (
            b"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n",
            "it is a Git LFS pointer",
        ),
        (b"<!DOCTYPE html><html>", "it is a web page"),
        (b"\x89PNG\r\n\x1a\n", "it is a PNG image"),
    ];
    for (file, said) in kinds {
        let error = Importer::new(file, &Options::new("net", classes(5)))
            .unwrap_err()
            .to_string();
        assert!(
            error.starts_with("this is not a readable ONNX file"),
            "{error}"
        );
        assert!(error.contains(said), "{error}");
    }
}

/// A file that can be read is never called unreadable, whatever is wrong inside it.
#[test]
fn readable_files_are_not_called_unreadable() {
    for entry in std::fs::read_dir(folder("refused")).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|e| e == "onnx") {
            let error = refusal(&std::fs::read(&path).unwrap());
            assert!(!error.contains("not a readable"), "{path:?}: {error}");
        }
    }
}

/// Files with changed bytes give an error or a network, never a panic.
#[test]
fn survives_changed_bytes() {
    let mut random = 88_172_645_463_325_252_u64;
    let mut next = || {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        random as usize
    };
    for (name, file, expected) in graphs() {
        let options = Options::new(&name, classes(expected.outputs[0].len()));
        let files = Beside(folder("graphs"));
        for _ in 0..60 {
            let mut file = file.clone();
            for _ in 0..1 + next() % 4 {
                let at = next() % file.len();
                file[at] = next() as u8;
            }
            let _ = Importer::with_external_data(&file, &options, &files);
        }
    }
}
