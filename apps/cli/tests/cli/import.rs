//! `zklens import` and `zklens evaluate`.

use crate::support::{errors, root, text, zklens, zklens_with_input};
use std::path::Path;
use std::process::Output;

const FASHION: &str = "T-shirt/top,Trouser,Pullover,Dress,Coat,Sandal,Shirt,Sneaker,Bag,Ankle boot";

/// This importer makes the shipped models from the shipped networks, as their cards say.
#[test]
fn shipped_models_are_reproduced_byte_for_byte() {
    let folder = tempfile::tempdir().unwrap();
    for (name, dataset, labels, invert) in [
        ("fashion-mlp", "fashion", FASHION, true),
        ("mnist-cnn", "mnist", "0,1,2,3,4,5,6,7,8,9", false),
    ] {
        let network = format!("models/{name}.onnx");
        let images = format!("models/testdata/{dataset}-calibration-images-idx3-ubyte.gz");
        let model = folder.path().join(format!("{name}.zkl"));
        let model = model.to_str().unwrap();
        let mut arguments = vec![
            "import",
            &network,
            "--calibration",
            &images,
            "--labels",
            labels,
            "-o",
            model,
        ];
        if invert {
            arguments.push("--invert");
        }
        let output = zklens(&arguments);
        assert!(output.status.success(), "{}", errors(&output));
        let committed = std::fs::read(root().join(format!("models/{name}.zkl"))).unwrap();
        assert!(
            std::fs::read(model).unwrap() == committed,
            "{name}: run training/import.sh"
        );
        let digest = zklens_models::find(name)
            .unwrap()
            .decode()
            .unwrap()
            .digest();
        let digest: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
        assert!(text(&output).contains(&digest));
        assert!(
            zklens_models::find(name).unwrap().card.contains(&digest),
            "{name}.md"
        );
    }
}

#[test]
fn evaluate_counts_right_labels() {
    for (name, dataset, least) in [
        ("fashion-mlp", "fashion", 0.89),
        ("mnist-cnn", "mnist", 0.985),
    ] {
        let images = format!("models/testdata/{dataset}-1000-images-idx3-ubyte.gz");
        let output = zklens(&["evaluate", "--json", "-m", name, "--images", &images]);
        let result: serde_json::Value = serde_json::from_str(&text(&output)).unwrap();
        assert_eq!(result["labelled"], 1000);
        assert!(result["accuracy"].as_f64().unwrap() > least, "{result}");
    }
}

#[test]
fn evaluate_takes_labels_from_folders() {
    let folder = tempfile::tempdir().unwrap();
    for (digit, class) in [("7", "7"), ("1", "4")] {
        let class = folder.path().join(class);
        std::fs::create_dir(&class).unwrap();
        let example = root().join(format!("examples/mnist/digit_{digit}.png"));
        std::fs::copy(example, class.join("image.png")).unwrap();
    }
    let images = folder.path().to_str().unwrap();
    let output = zklens(&["evaluate", "--json", "-m", "mnist-cnn", "--images", images]);
    let result: serde_json::Value = serde_json::from_str(&text(&output)).unwrap();
    assert_eq!(
        (&result["labelled"], &result["correct"]),
        (&2.into(), &1.into())
    );
}

#[test]
fn a_refused_network_leaves_the_old_model_alone() {
    let folder = tempfile::tempdir().unwrap();
    let model = folder.path().join("net.zkl");
    std::fs::write(&model, "precious").unwrap();
    let output = zklens(&[
        "import",
        "--force",
        "crates/onnx/tests/refused/lstm.onnx",
        "--calibration",
        "examples/mnist",
        "--labels",
        "a,b,c,d",
        "-o",
        model.to_str().unwrap(),
    ]);
    assert_eq!(output.status.code(), Some(3));
    let errors = errors(&output);
    assert!(errors.contains("(LSTM) cannot be imported"), "{errors}");
    assert_eq!(std::fs::read(&model).unwrap(), b"precious");
}

#[test]
fn calibration_images_of_another_size_are_refused() {
    let output = zklens(&[
        "import",
        "crates/onnx/tests/graphs/sigmoid_mlp.onnx",
        "--calibration",
        "models/testdata/mnist-calibration-images-idx3-ubyte.gz",
        "--labels",
        "a,b,c,d,e,f",
        "-o",
        "never.zkl",
    ]);
    assert_eq!(output.status.code(), Some(1));
    assert!(
        errors(&output).contains("the network takes 1 × 12 × 12"),
        "{}",
        errors(&output)
    );
}

/// The pixel range is wrong on purpose: the network then sees nearly black images.
#[test]
fn warns_when_the_float_network_is_near_chance() {
    let folder = tempfile::tempdir().unwrap();
    let model = folder.path().join("net.zkl");
    let output = zklens(&[
        "import",
        "models/mnist-cnn.onnx",
        "--calibration",
        "models/testdata/mnist-calibration-images-idx3-ubyte.gz",
        "--labels",
        "0,1,2,3,4,5,6,7,8,9",
        "--std",
        "255",
        "-o",
        model.to_str().unwrap(),
    ]);
    assert!(output.status.success(), "{}", errors(&output));
    assert!(
        errors(&output).contains("it expects other pixels"),
        "{}",
        errors(&output)
    );
}

/// The images that came with a graph of the importer's tests, as an idx file.
fn calibration(folder: &Path, graph: &str) -> String {
    let facts = root().join(format!("crates/onnx/tests/graphs/{graph}.json"));
    let facts: serde_json::Value = serde_json::from_slice(&std::fs::read(facts).unwrap()).unwrap();
    let images = facts["inputs"].as_array().unwrap();
    let mut idx = vec![0, 0, 8, 3];
    let sides = [&facts["shape"][1], &facts["shape"][2]].map(|side| side.as_u64().unwrap() as u32);
    for dim in [images.len() as u32, sides[0], sides[1]] {
        idx.extend(dim.to_be_bytes());
    }
    let pixels = images.iter().flat_map(|image| image.as_array().unwrap());
    idx.extend(pixels.map(|pixel| pixel.as_u64().unwrap() as u8));
    let path = folder.join("images-idx3-ubyte");
    std::fs::write(&path, idx).unwrap();
    path.to_str().unwrap().to_owned()
}

/// Imports `onnx` on the images of `graph` into `folder`.
fn import(folder: &Path, onnx: &str, graph: &str, more: &[&str]) -> Output {
    let (images, model) = (calibration(folder, graph), folder.join("net.zkl"));
    let mut arguments = vec![
        "import",
        onnx,
        "--calibration",
        &images,
        "--labels",
        "a,b,c,d,e",
    ];
    arguments.extend(["--pixel-range", "unit", "-o", model.to_str().unwrap()]);
    arguments.extend(more);
    zklens(&arguments)
}

#[test]
fn weights_are_read_from_the_file_beside_the_network() {
    let folder = tempfile::tempdir().unwrap();
    let net = "crates/onnx/tests/graphs/weights_beside.onnx";
    let output = import(folder.path(), net, "weights_beside", &[]);
    assert!(output.status.success(), "{}", errors(&output));
    // Alone it says which file to bring along.
    let alone = folder.path().join("alone.onnx");
    std::fs::copy(root().join(net), &alone).unwrap();
    let alone = alone.to_str().unwrap();
    let output = import(folder.path(), alone, "weights_beside", &["--force"]);
    assert_eq!(output.status.code(), Some(3));
    let said = errors(&output);
    assert!(
        said.contains("`weights_beside.onnx.data`, which is not there"),
        "{said}"
    );
    assert!(
        said.contains("bring `weights_beside.onnx.data` along"),
        "{said}"
    );
    // Cut off.
    let data = std::fs::read(root().join(format!("{net}.data"))).unwrap();
    let beside = folder.path().join("weights_beside.onnx.data");
    std::fs::write(&beside, &data[..data.len() - 1]).unwrap();
    let output = import(folder.path(), alone, "weights_beside", &["--force"]);
    assert!(
        errors(&output).contains("it is cut off"),
        "{}",
        errors(&output)
    );
}

#[cfg(unix)]
#[test]
fn weights_are_not_read_through_a_link_out_of_the_folder() {
    let folder = tempfile::tempdir().unwrap();
    let inside = folder.path().join("inside");
    std::fs::create_dir(&inside).unwrap();
    let net = "crates/onnx/tests/graphs/weights_beside.onnx";
    let copy = inside.join("weights_beside.onnx");
    std::fs::copy(root().join(net), &copy).unwrap();
    let data = inside.join("weights_beside.onnx.data");
    std::os::unix::fs::symlink(root().join(format!("{net}.data")), &data).unwrap();
    let output = import(&inside, copy.to_str().unwrap(), "weights_beside", &[]);
    assert_eq!(output.status.code(), Some(3));
    let said = errors(&output);
    assert!(said.contains("leads out of the model's folder"), "{said}");
    // A link within the folder is as good as the file.
    let real = inside.join("weights.bin");
    std::fs::copy(root().join(format!("{net}.data")), &real).unwrap();
    std::fs::remove_file(&data).unwrap();
    std::os::unix::fs::symlink(&real, &data).unwrap();
    let output = import(&inside, copy.to_str().unwrap(), "weights_beside", &[]);
    assert!(output.status.success(), "{}", errors(&output));
}

#[test]
fn an_existing_model_is_overwritten_only_by_force() {
    let folder = tempfile::tempdir().unwrap();
    let model = folder.path().join("net.zkl");
    std::fs::write(&model, "precious").unwrap();
    let net = "crates/onnx/tests/graphs/weights_beside.onnx";
    let output = import(folder.path(), net, "weights_beside", &[]);
    assert_eq!(output.status.code(), Some(4));
    assert!(
        errors(&output).contains("--force overwrites it"),
        "{}",
        errors(&output)
    );
    assert_eq!(std::fs::read(&model).unwrap(), b"precious");
    let output = import(folder.path(), net, "weights_beside", &["--force"]);
    assert!(output.status.success(), "{}", errors(&output));
    assert_ne!(std::fs::read(&model).unwrap(), b"precious");
}

#[test]
fn says_whether_the_network_can_be_proved_and_which_node_cannot() {
    for (graph, obstacle) in [
        ("side_by_side", None),
        ("windows", None),
        (
            "normalised_features",
            Some("`batchnormalization_10` (Conv2d)"),
        ),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let net = format!("crates/onnx/tests/graphs/{graph}.onnx");
        let output = import(folder.path(), &net, graph, &["--json"]);
        assert!(output.status.success(), "{}", errors(&output));
        let written: serde_json::Value = serde_json::from_str(&text(&output)).unwrap();
        assert_eq!(
            written["provable"],
            obstacle.is_none(),
            "{graph}: {written}"
        );
        match obstacle {
            None => assert!(written["obstacle"].is_null(), "{graph}: {written}"),
            Some(node) => {
                let said = written["obstacle"].as_str().unwrap();
                assert!(said.contains(node), "{said}");
                let warning = errors(&output);
                assert!(
                    warning.contains("cannot be proved, only executed"),
                    "{warning}"
                );
                assert!(warning.contains(node), "{warning}");
            }
        }
    }
}

#[test]
fn a_file_of_labels_that_is_not_there_is_said_to_be_missing() {
    for labels in ["typo.txt", "no/such/labels", "LABELS.JSON"] {
        let output = zklens(&[
            "import",
            "models/mnist-cnn.onnx",
            "--calibration",
            "examples/mnist",
            "--labels",
            labels,
            "-o",
            "never.zkl",
        ]);
        assert_eq!(output.status.code(), Some(2));
        let said = errors(&output);
        assert!(
            said.contains(labels) && said.contains("No such file"),
            "{said}"
        );
        assert!(said.contains("a list: cat,dog"), "{said}");
    }
}

#[test]
fn one_of_several_outputs_can_be_named() {
    let folder = tempfile::tempdir().unwrap();
    let net = "crates/onnx/tests/graphs/label_and_scores.onnx";
    let output = import(folder.path(), net, "label_and_scores", &[]);
    assert!(output.status.success(), "{}", errors(&output));
    let more = ["--force", "--output-name", "probabilities"];
    let output = import(folder.path(), net, "label_and_scores", &more);
    assert_eq!(output.status.code(), Some(3));
    assert!(
        errors(&output).contains("there are `reshape_11`"),
        "{}",
        errors(&output)
    );
}

#[test]
fn logits_overwrite_a_file_only_by_force() {
    let folder = tempfile::tempdir().unwrap();
    let logits = folder.path().join("logits.json");
    std::fs::write(&logits, "precious").unwrap();
    let path = logits.to_str().unwrap();
    // The refusal comes before the images are read.
    let missing = ["evaluate", "-m", "mnist-cnn", "--images", "no/such/images"];
    let output = zklens(&[&missing[..], &["--logits", path]].concat());
    assert_eq!(output.status.code(), Some(4));
    let said = errors(&output);
    assert!(
        said.contains("logits.json: exists already") && said.contains("--force overwrites it"),
        "{said}"
    );
    assert_eq!(std::fs::read(&logits).unwrap(), b"precious");
    let images = ["evaluate", "-m", "mnist-cnn", "--images", "examples/mnist"];
    let output = zklens(&[&images[..], &["--logits", path, "--force"]].concat());
    assert!(output.status.success(), "{}", errors(&output));
    let written: serde_json::Value =
        serde_json::from_slice(&std::fs::read(&logits).unwrap()).unwrap();
    assert_eq!(written["logits"][0].as_array().unwrap().len(), 10);
}

#[test]
fn a_model_on_standard_output_is_named_after_its_network() {
    let folder = tempfile::tempdir().unwrap();
    let images = calibration(folder.path(), "windows");
    let net = "crates/onnx/tests/graphs/windows.onnx";
    let network = std::fs::read(root().join(net)).unwrap();
    for (onnx, more, name) in [
        (net, &[][..], "windows"),
        ("-", &[], "model"),
        ("-", &["--name", "mine"], "mine"),
    ] {
        let arguments = ["import", onnx, "--calibration", &images, "-o", "-"];
        let labels = ["--labels", "a,b,c,d,e", "--pixel-range", "unit"];
        let output = zklens_with_input(&[&arguments[..], &labels, more].concat(), &network);
        let said = errors(&output);
        assert!(output.status.success(), "{said}");
        assert!(said.contains("(standard output): "), "{said}");
        let model = zklens_model::Model::decode(&output.stdout).unwrap();
        assert_eq!(model.name(), name);
    }
}

#[test]
fn a_refused_network_on_standard_input_is_called_that() {
    let lstm = std::fs::read(root().join("crates/onnx/tests/refused/lstm.onnx")).unwrap();
    let arguments = ["import", "-", "--calibration", "examples/mnist"];
    let more = ["--labels", "a,b,c,d", "-o", "never.zkl"];
    let output = zklens_with_input(&[&arguments[..], &more].concat(), &lstm);
    assert_eq!(output.status.code(), Some(3));
    let said = errors(&output);
    assert!(said.contains("(standard input): "), "{said}");
}

#[test]
fn labels_can_come_from_standard_input() {
    let folder = tempfile::tempdir().unwrap();
    let images = calibration(folder.path(), "windows");
    let net = "crates/onnx/tests/graphs/windows.onnx";
    let labels = |onnx: &str, labels: &[u8]| {
        let arguments = ["import", onnx, "--calibration", &images, "--labels", "-"];
        let more = ["--pixel-range", "unit", "-o", "-"];
        zklens_with_input(&[&arguments[..], &more].concat(), labels)
    };
    let output = labels(net, b"ant\nbee\ncat\ndog\neel\n");
    assert!(output.status.success(), "{}", errors(&output));
    let model = zklens_model::Model::decode(&output.stdout).unwrap();
    assert_eq!(model.classes(), ["ant", "bee", "cat", "dog", "eel"]);
    let output = labels(net, b"ant\n");
    assert_eq!(output.status.code(), Some(2));
    let said = errors(&output);
    assert!(
        said.contains("(standard input): fewer than two class names"),
        "{said}"
    );
}

/// With activations of a byte, some graph loses more than 1 %: then a layer is named that the report lists, and the
/// warning says what to try. With a low promise a search finds something that keeps it.
#[test]
fn names_the_layer_that_loses_most_and_what_to_try() {
    let folder = tempfile::tempdir().unwrap();
    let net = "crates/onnx/tests/graphs/split_and_mean.onnx";
    let more = ["--json", "--activations", "8"];
    let output = import(folder.path(), net, "split_and_mean", &more);
    assert!(output.status.success(), "{}", errors(&output));
    let written: serde_json::Value = serde_json::from_str(&text(&output)).unwrap();
    let report = &written["report"];
    let layer = report["weakest"]["layer"].as_str().unwrap();
    let layers = report["layers"].as_array().unwrap();
    assert!(layers.iter().any(|other| other["name"] == layer), "{layer}");
    let said = errors(&output);
    assert!(said.contains(&format!("`{layer}`")), "{said}");
    assert!(said.contains("Try --activations 16"), "{said}");
    let more = [
        "--force",
        "--json",
        "--activations",
        "auto",
        "--agreement",
        "90%",
    ];
    let output = import(folder.path(), net, "split_and_mean", &more);
    assert!(output.status.success(), "{}", errors(&output));
    let written: serde_json::Value = serde_json::from_str(&text(&output)).unwrap();
    assert!(written["report"]["agreement"].as_f64().unwrap() >= 0.9);
    let output = import(
        folder.path(),
        net,
        "split_and_mean",
        &["--agreement", "101"],
    );
    assert!(
        errors(&output).contains("from 0 to 100"),
        "{}",
        errors(&output)
    );
}
