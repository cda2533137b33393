//! Options of one engine that make no sense with the other.

use super::stand_in::{BAG, SNEAKER, StandIn};

const CONTEXT: &str = "0x00000000000000000000000000000000000000000000000000000000000000c0";

/// Every list of options is refused by its first word.
fn refused(command: &[&str], options: &[&[&str]], engine: &str) {
    let stand_in = StandIn::of_sneaker();
    let path = stand_in.0.path("never");
    for options in options {
        let output: &[&str] = match command[0] {
            "prove" => &["-o", &path],
            _ => &[],
        };
        let errors = stand_in.failure(2, &[command, options, output].concat());
        let expected = format!("error: {}: only for --engine {engine}", options[0]);
        assert!(errors.contains(&expected), "{errors}");
    }
}

#[test]
fn sp1_has_no_options_of_the_native_engine() {
    let native: [&[&str]; 4] = [
        &["--context", CONTEXT],
        &["--public"],
        &["--proving-key", "net.zkpk"],
        &["--setup", "other.zks"],
    ];
    refused(
        &["prove", "--engine", "sp1", "-i", SNEAKER],
        &native,
        "native",
    );
    refused(
        &["prove", "--engine", "sp1", "-i", SNEAKER],
        &[&["--for-chain"]],
        "native",
    );
    let [context, _, proving_key, setup] = native;
    let evm = ["evm", "prove", "--engine", "sp1", "-i", SNEAKER];
    refused(&evm, &[context, proving_key, setup], "native");
    let stand_in = StandIn::of_sneaker();
    let errors = stand_in.failure(
        2,
        &[
            "execute",
            "--engine",
            "sp1",
            "-i",
            SNEAKER,
            "--cid-version",
            "1",
        ],
    );
    assert!(
        errors.contains("--cid-version 1: only for --engine native"),
        "{errors}"
    );
    let proof = stand_in.proof();
    let key: [&[&str]; 3] = [&["--key", "net.zkk"], context, setup];
    refused(&["verify", &proof], &key, "native");
}

#[test]
fn the_native_engine_has_no_options_of_sp1() {
    let sp1: [&[&str]; 2] = [&["--prover", "cpu"], &["--proof-system", "groth16"]];
    refused(&["prove", "-i", SNEAKER], &sp1, "sp1");
    refused(&["evm", "prove", "-i", SNEAKER], &sp1, "sp1");
    let stand_in = StandIn::new();
    let errors = stand_in.failure(
        2,
        &[
            "evm",
            "prove",
            "--engine",
            "sp1",
            "-i",
            SNEAKER,
            "--proof-system",
            "core",
        ],
    );
    assert!(
        errors.contains("'core'") && errors.contains("plonk"),
        "{errors}"
    );
}

/// It may be there for other programs of SP1.
#[test]
fn the_native_engine_does_not_look_at_the_variable_of_sp1() {
    let stand_in = StandIn::that_does("exit 1");
    let path = stand_in.0.path("digit.zkp");
    let image = "examples/mnist/digit_4.png";
    let arguments = ["prove", "-m", "mnist-cnn", "-i", image, "-o", &path];
    for variable in ["quantum", "network"] {
        let arguments = [&arguments[..], &["--force"]].concat();
        let output = stand_in.run_in(&[("SP1_PROVER", variable)], &arguments);
        assert!(output.status.success());
    }
    let errors = stand_in.failure(2, &["verify", &path, "--engine", "sp1"]);
    assert!(
        errors.contains("digit.zkp: this is a proof of --engine native"),
        "{errors}"
    );
}

#[test]
fn a_proof_of_sp1_is_about_one_image() {
    let stand_in = StandIn::of_sneaker();
    let path = stand_in.0.path("never.sp1");
    for images in [&[SNEAKER, BAG][..], &["examples/fashion"]] {
        for command in [
            &["prove", "--engine", "sp1", "-o", &path, "-i"][..],
            &["evm", "prove", "--engine", "sp1", "-i"],
        ] {
            let errors = stand_in.failure(2, &[command, images].concat());
            assert!(errors.contains("is about one image, not"), "{errors}");
        }
    }
}
