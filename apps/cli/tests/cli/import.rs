//! `zklens import` and `zklens evaluate`.

use crate::support::{errors, root, text, zklens};

const FASHION: &str = "T-shirt/top,Trouser,Pullover,Dress,Coat,Sandal,Shirt,Sneaker,Bag,Ankle boot";

/// The shipped models are what this importer makes of the shipped networks, and their cards say so.
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
        "crates/onnx/tests/refused/gelu.onnx",
        "--calibration",
        "examples/mnist",
        "--labels",
        "a,b,c,d",
        "-o",
        model.to_str().unwrap(),
    ]);
    assert_eq!(output.status.code(), Some(3));
    let errors = errors(&output);
    assert!(errors.contains("(Gelu) cannot be imported"), "{errors}");
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
