//! Standard input and output in place of files, and outputs that are not named.

use crate::support::{Folder, errors, failure, json, root, text, zklens, zklens_with_input};
use std::process::{Command, Output};

const IMAGE: &str = "examples/mnist/digit_3.png";

/// Runs `zklens` in a folder of its own.
fn run_in(folder: &Folder, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_zklens"));
    command
        .args(arguments)
        .current_dir(folder.path(""))
        .output()
        .unwrap()
}

#[test]
fn a_dash_is_standard_output_and_input() {
    let folder = Folder::new();
    let image = root().join(IMAGE);
    let image = image.to_str().unwrap();
    let proved = run_in(
        &folder,
        &["prove", "-m", "mnist-cnn", "--public", image, "-o", "-"],
    );
    assert!(proved.status.success(), "{}", errors(&proved));
    assert!(proved.stdout.starts_with(b"ZKLP"));
    assert!(
        errors(&proved).contains("proof:    (standard output), "),
        "{}",
        errors(&proved)
    );
    assert!(
        std::fs::read_dir(folder.path("")).unwrap().next().is_none(),
        "no file is written"
    );
    for arguments in [
        &["verify", "-"][..],
        &["verify", "-", "--input-image", image],
        &["inspect", "-"],
    ] {
        let output = zklens_with_input(arguments, &proved.stdout);
        assert!(output.status.success(), "{arguments:?} {}", errors(&output));
        assert!(text(&output).contains("mnist-cnn"), "{}", text(&output));
    }
    let output = zklens_with_input(&["verify", "-", "-i", "-"], &proved.stdout);
    assert_eq!(output.status.code(), Some(2), "{}", errors(&output));
    assert!(errors(&output).contains("standard input is read once"));
}

#[test]
fn reports_leave_standard_output_to_the_bytes() {
    let model = std::fs::read(root().join("models/mnist-cnn.zkl")).unwrap();
    let keygen = zklens_with_input(&["keygen", "--json", "-m", "-", "-o", "-"], &model);
    assert!(keygen.stdout.starts_with(b"ZKLK"), "{}", errors(&keygen));
    let report: serde_json::Value = serde_json::from_str(&errors(&keygen)).unwrap();
    assert_eq!(report["verifyingKey"]["bytes"], keygen.stdout.len());
    let inspected = zklens_with_input(&["inspect", "--json", "-"], &keygen.stdout);
    let inspected: serde_json::Value = serde_json::from_str(&text(&inspected)).unwrap();
    assert_eq!(inspected["modelId"], report["modelId"]);
    let inspected = zklens_with_input(&["inspect", "-"], &model);
    assert!(
        text(&inspected).contains("name        mnist-cnn"),
        "{}",
        errors(&inspected)
    );
    let exported = zklens(&["evm", "export", "-m", "mnist-cnn", "-o", "-"]);
    assert!(text(&exported).contains("pragma solidity"));
    let errors = failure(2, &["keygen", "--private-weights", "-o", "-"]);
    assert!(errors.contains("there are two files"), "{errors}");
    let errors = failure(2, &["evm", "prove", IMAGE, "-o", "-"]);
    assert!(
        errors.contains("standard output is for the calldata"),
        "{errors}"
    );
}

#[test]
fn a_failure_leaves_standard_output_empty() {
    let output = zklens(&["prove", "--json", "README.md", "-o", "-"]);
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(text(&output), "");
    assert!(errors(&output).contains("\"kind\":\"input\""));
}

#[test]
fn a_proof_is_named_after_its_image() {
    let folder = Folder::new();
    std::fs::create_dir(folder.path("in")).unwrap();
    let image = std::fs::read(root().join(IMAGE)).unwrap();
    folder.write("in/token.3.png", &image);
    let prove = ["prove", "-m", "mnist-cnn", "in/token.3.png"];
    let proved = run_in(&folder, &prove);
    assert!(proved.status.success(), "{}", errors(&proved));
    let verified = json(&["verify", "--json", &folder.path("token.3.zkp")]);
    assert_eq!(verified["images"][0]["label"], 3);
    let again = run_in(&folder, &prove);
    assert_eq!(again.status.code(), Some(4));
    assert!(
        errors(&again).contains("token.3.zkp: exists already"),
        "{}",
        errors(&again)
    );
    assert!(
        run_in(&folder, &[&prove[..], &["--force"]].concat())
            .status
            .success()
    );
    let nameless = zklens_with_input(&["prove", "-"], &image);
    assert_eq!(nameless.status.code(), Some(2));
    assert!(errors(&nameless).contains("-o -"), "{}", errors(&nameless));
}

#[test]
fn images_go_with_and_without_the_option_but_not_both() {
    let folder = Folder::new();
    let [first, second] = ["examples/mnist/digit_1.png", "examples/mnist/digit_2.png"];
    let proof = folder.path("two.zkp");
    let proved = json(&[
        "prove",
        "--json",
        "-m",
        "mnist-cnn",
        first,
        second,
        "-o",
        &proof,
    ]);
    assert_eq!(proved["images"][1]["label"], 2);
    let errors = failure(2, &["execute", first, "-i", second]);
    assert!(errors.contains("cannot be used with"), "{errors}");
}

#[test]
fn reading_standard_input_twice_is_a_wrong_command_line() {
    let proof = std::fs::read(root().join("vectors/proofs/v1/mnist-cnn.zkp")).unwrap();
    let model = std::fs::read(root().join("models/mnist-cnn.zkl")).unwrap();
    let labels = ["import", "-", "--labels", "-", "--calibration", "examples"];
    for (arguments, input) in [
        (&["verify", "-", "-k", "-"][..], &proof[..]),
        (&["verify", "-", "-m", "-"], &proof),
        (&["execute", "-m", "-", "-"], &model),
        (&["prove", "-m", "-", "-", "-o", "-"], &model),
        (&["cid", "-", "-"], b"hello world"),
        (&[&labels[..], &["-o", "-"]].concat(), b"cat\ndog\n"),
    ] {
        let output = zklens_with_input(arguments, input);
        let said = errors(&output);
        assert_eq!(output.status.code(), Some(2), "{arguments:?} {said}");
        assert!(said.contains("standard input is read once"), "{said}");
        assert_eq!(text(&output), "", "{arguments:?}");
    }
}
