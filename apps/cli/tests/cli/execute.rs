//! `zklens execute` and `zklens cid` on the examples and on bad input.

use crate::support::{errors, root, text, zklens, zklens_with_input};
use serde::Deserialize;

/// A row of `examples/examples.json`.
#[derive(Deserialize)]
struct Example {
    file: String,
    label: usize,
    class: String,
    model: String,
    cid: String,
}

fn examples() -> Vec<Example> {
    let table = std::fs::read(root().join("examples/examples.json")).unwrap();
    let examples: Vec<Example> = serde_json::from_slice(&table).unwrap();
    assert!(examples.len() >= 20);
    examples
}

fn execute_json(arguments: &[&str]) -> Vec<serde_json::Value> {
    let output = zklens(arguments);
    assert!(output.status.success(), "{}", errors(&output));
    text(&output)
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

#[test]
fn every_example_has_its_label_and_cid() {
    for example in examples() {
        let file = format!("examples/{}", example.file);
        let lines = execute_json(&["execute", "--json", "--model", &example.model, "-i", &file]);
        assert_eq!(lines[0]["label"], example.label, "{file}");
        assert_eq!(lines[0]["class"], example.class, "{file}");
        assert_eq!(
            lines[0]["ipfsUri"],
            format!("ipfs://{}", example.cid),
            "{file}"
        );
    }
}

#[test]
fn every_class_has_an_example() {
    for (model, folder) in [("fashion-mlp", "fashion/"), ("mnist-cnn", "mnist/")] {
        for label in 0..10 {
            let found = examples()
                .iter()
                .any(|e| e.file.starts_with(folder) && e.label == label);
            assert!(found, "{model}: class {label}");
        }
    }
}

#[test]
fn prints_the_struct_that_a_contract_will_hold() {
    let output = zklens(&["execute", "--input-image", "examples/fashion/7_sneaker.jpg"]);
    let expected = "PublicValuesStruct {\n    \
                    ipfsUri: \"ipfs://QmWjtPo46BPrRdWQTPgXVbet1mwa29XrzznEWnVBgqUX9V\",\n    \
                    label: 7,\n}\nclass:     Sneaker\nrunner-up: ";
    assert!(text(&output).starts_with(expected), "{}", text(&output));
    assert_eq!(errors(&output), "");
}

#[test]
fn takes_folders_in_order_of_name() {
    let lines = execute_json(&[
        "execute",
        "--json",
        "-m",
        "mnist-cnn",
        "-i",
        "examples/mnist",
    ]);
    let labels: Vec<_> = lines
        .iter()
        .map(|line| line["label"].as_u64().unwrap())
        .collect();
    assert_eq!(labels, (0..10).collect::<Vec<_>>());
}

#[test]
fn reads_standard_input() {
    let image = std::fs::read(root().join("examples/fashion/8_bag.png")).unwrap();
    let output = zklens_with_input(&["execute", "-i", "-"], &image);
    assert!(
        text(&output).contains("class:     Bag"),
        "{}",
        errors(&output)
    );
}

#[test]
fn one_bad_file_does_not_stop_the_others() {
    let output = zklens(&[
        "execute",
        "-i",
        "README.md",
        "examples/fashion/8_bag.png",
        "nowhere.png",
    ]);
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output).contains("label: 8"));
    let errors = errors(&output);
    assert!(
        errors.contains("error: README.md: this is text, not a picture"),
        "{errors}"
    );
    assert!(
        errors.contains("error: nowhere.png: No such file"),
        "{errors}"
    );
    assert!(errors.contains("2 of 3 images failed"), "{errors}");
}

#[test]
fn reports_bad_files_in_json_too() {
    let output = zklens(&["execute", "--json", "-i", "README.md"]);
    let line: serde_json::Value = serde_json::from_str(text(&output).trim()).unwrap();
    assert_eq!(line["file"], "README.md");
    assert_eq!(
        line["error"],
        serde_json::json!({
            "kind": "input",
            "exitCode": 1,
            "message": "README.md: this is text, not a picture",
            "help": "expected a JPEG, PNG, GIF, WebP or BMP file",
        })
    );
}

#[test]
fn shows_stages_when_verbose() {
    let output = zklens(&["execute", "-v", "-i", "examples/fashion/8_bag.png"]);
    for stage in ["read", "decode", "preprocess", "network", "CID", "total"] {
        assert!(errors(&output).contains(stage), "{stage}");
    }
}

#[test]
fn an_unknown_model_is_exit_code_3() {
    let output = zklens(&[
        "execute",
        "-m",
        "alexnet",
        "-i",
        "examples/fashion/8_bag.png",
    ]);
    assert_eq!(output.status.code(), Some(3));
    let errors = errors(&output);
    assert!(errors.contains("no such model") && errors.contains("fashion-mlp, mnist-cnn"));
}

#[test]
fn an_onnx_file_as_model_gets_a_hint() {
    let output = zklens(&[
        "execute",
        "-m",
        "models/mnist-cnn.onnx",
        "-i",
        "examples/fashion/8_bag.png",
    ]);
    assert_eq!(output.status.code(), Some(3));
    assert!(
        errors(&output).contains("zklens import"),
        "{}",
        errors(&output)
    );
}

#[test]
fn a_folder_without_images_is_refused() {
    let output = zklens(&["execute", "-i", ".ci"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(
        errors(&output).contains("no images in this folder"),
        "{}",
        errors(&output)
    );
}

#[test]
fn no_image_at_all_is_exit_code_2() {
    assert_eq!(zklens(&["execute"]).status.code(), Some(2));
}

#[test]
fn cid_of_several_files_names_each() {
    let output = zklens_with_input(&["cid", "-", "examples/mnist/digit_0.png"], b"hello world");
    // `ipfs add` of eleven bytes, as the IPFS documentation prints it.
    let expected = "Qmf412jQZiuVUtdgnB36FXFX7xg5V6KEbSJ4dpQuhkLyfD  (standard input)\n\
                    QmbunNjdvN65rcSWySK4vBKLEVjNQuyhpx3PBNZLHZY5f5  examples/mnist/digit_0.png\n";
    assert_eq!(text(&output), expected);
}

#[test]
fn cid_version_1_has_raw_leaves() {
    let output = zklens_with_input(&["cid", "--cid-version", "1", "-"], b"hello world");
    let expected = "bafkreifzjut3te2nhyekklss27nh3k72ysco7y32koao5eei66wof36n5e\n";
    assert_eq!(text(&output), expected);
}

#[test]
fn inspect_and_models_show_the_same_digest() {
    let models = zklens(&["models", "--json"]);
    let models: serde_json::Value = serde_json::from_str(&text(&models)).unwrap();
    // The last is too large for its id to be derived for a list.
    let (last, others) = models.as_array().unwrap().split_last().unwrap();
    assert_eq!(last["modelId"], serde_json::Value::Null);
    assert_eq!(others.len(), zklens_models::ALL.len());
    for model in others {
        let name = model["name"].as_str().unwrap();
        let output = zklens(&["inspect", name]);
        let inspected = crate::support::json(&["inspect", "--json", name]);
        for field in ["digest", "modelId", "modelIdForChain"] {
            let value = model[field].as_str().unwrap();
            assert!(text(&output).contains(value), "{field}");
            assert_eq!(inspected[field], value);
        }
        assert!(model["modelId"].as_str().unwrap().starts_with("0x"));
    }
}
