//! `zklens prove --engine sp1`, and `zklens evm prove`.

use super::stand_in::{
    MODEL_FILE, SNEAKER, StandIn, address, by_model_file, hex, sneaker, values, vkey,
};
use crate::support::{errors, text};
use serde_json::Value;
use std::path::Path;
use zklens_sp1::protocol::{FailureKind, Message, Prover, System, Task};
use zklens_sp1::{Program, ProofBundle, ProofFile};

const PROVE: [&str; 5] = ["prove", "--engine", "sp1", "-i", SNEAKER];
const EVM_PROVE: [&str; 6] = ["evm", "prove", "--engine", "sp1", "-i", SNEAKER];

fn asked(stand_in: &StandIn) -> (System, Prover) {
    let Task::Prove { system, prover, .. } = stand_in.asked("prove").task else {
        panic!("not asked to prove");
    };
    (system, prover)
}

#[test]
fn writes_a_proof_that_it_has_verified() {
    let stand_in = StandIn::of_sneaker();
    let path = stand_in.0.path("sneaker.sp1");
    let (printed, errors) = stand_in.run(&[&PROVE[..], &["-o", &path]].concat());
    for part in [
        &format!(
            "image:         {SNEAKER}\n               {}\n",
            address(SNEAKER)
        )[..],
        "label:         7\nclass:         Sneaker\n",
        "model:         fashion-mlp\n",
        &format!("program vkey:  {}\n", vkey("fashion-mlp")),
        "cycles:        12,345,678\n",
        "bytes, compressed\n",
        "hidden:        nothing",
    ] {
        assert!(printed.contains(part), "{printed}");
    }
    // The cost is announced first, then the steps of SP1.
    assert!(errors.contains("note: this takes minutes"), "{errors}");
    assert!(errors.contains("running the program"), "{errors}");
    assert_eq!(asked(&stand_in), (System::Compressed, Prover::Cpu));
    assert!(matches!(stand_in.asked("verify").task, Task::Verify { .. }));
    let file = ProofFile::decode(&std::fs::read(&path).unwrap()).unwrap();
    assert_eq!(file.public_values, sneaker());
    assert_eq!(file.proof, b"proof");
    assert!(!file.mock);
}

#[test]
fn tells_programs_the_same() {
    let stand_in = StandIn::of_sneaker();
    let path = stand_in.0.path("sneaker.sp1");
    let (printed, _) = stand_in.run(
        &[
            &PROVE[..],
            &["-o", &path, "--json", "--proof-system", "core"],
        ]
        .concat(),
    );
    let proved: Value = serde_json::from_str(&printed).unwrap();
    assert_eq!(proved["engine"], "sp1");
    assert_eq!(proved["proofSystem"], "core");
    assert_eq!(proved["ipfsUri"], address(SNEAKER));
    assert_eq!(proved["label"], 7);
    assert_eq!(proved["programVkey"], vkey("fashion-mlp"));
    assert_eq!(proved["mock"], false);
    assert!(proved["verifySeconds"].is_f64());
    let bytes = std::fs::metadata(path).unwrap().len();
    assert_eq!(proved["bytes"], bytes);
}

#[test]
fn a_false_proof_is_not_written() {
    let stand_in = StandIn::of_sneaker();
    stand_in.answer("verify", &[Message::Verified(Some("a bad shard".into()))]);
    let path = stand_in.0.path("sneaker.sp1");
    let arguments = [&PROVE[..], &["-o", &path]].concat();
    let errors = stand_in.failure(5, &arguments);
    assert!(
        errors.contains("the new proof: the proof is false: a bad shard")
            && errors.contains("nothing was written"),
        "{errors}"
    );
    // Proofs for contracts are verified here, whatever the worker says.
    for system in ["groth16", "plonk"] {
        let arguments = [&arguments[..], &["--proof-system", system]].concat();
        let errors = stand_in.failure(5, &arguments);
        assert!(errors.contains("the proof is false"), "{errors}");
        assert!(errors.contains("need Docker"), "{errors}");
    }
    assert!(!Path::new(&path).exists());
    let errors = stand_in.failure(5, &EVM_PROVE);
    assert!(errors.contains("the proof is false"), "{errors}");
}

#[test]
fn a_mock_proof_says_loudly_that_it_is_none() {
    let stand_in = StandIn::of_sneaker();
    let path = stand_in.0.path("mock.sp1");
    let arguments = [&PROVE[..], &["-o", &path, "--prover", "mock"]].concat();
    let (printed, errors) = stand_in.run(&arguments);
    assert!(errors.starts_with("MOCK: this proves nothing"), "{errors}");
    assert!(
        printed.contains("bytes, MOCK: it proves nothing"),
        "{printed}"
    );
    assert_eq!(asked(&stand_in).1, Prover::Mock);
    let errors = stand_in.failure(5, &["verify", &path]);
    assert!(errors.contains("proves nothing"), "{errors}");
    let (printed, _) = stand_in.run(&["inspect", &path]);
    assert!(
        printed.contains("MOCK          it proves nothing"),
        "{printed}"
    );
}

#[test]
fn the_prover_is_the_option_or_else_the_variable() {
    let stand_in = StandIn::of_sneaker();
    let run = |variable, options: &[&str]| {
        let arguments = [&EVM_PROVE[..], options].concat();
        stand_in.run_in(&[("SP1_PROVER", variable)], &arguments)
    };
    assert!(run("mock", &[]).status.success());
    assert_eq!(asked(&stand_in), (System::Groth16, Prover::Mock));
    let options = ["--prover", "mock", "--proof-system", "plonk"];
    assert!(run("nonsense", &options).status.success());
    assert_eq!(asked(&stand_in), (System::Plonk, Prover::Mock));
    let output = run("network", &[]);
    assert_eq!(asked(&stand_in).1, Prover::Network);
    assert!(errors(&output).contains("the image file is sent to Succinct's Prover Network"));
    run("", &[]);
    assert_eq!(asked(&stand_in).1, Prover::Cpu);
    run("cuda", &[]);
    assert_eq!(asked(&stand_in).1, Prover::Cuda);
    let output = run("quantum", &[]);
    assert_eq!(output.status.code(), Some(2));
    let errors = errors(&output);
    assert!(
        errors.contains("SP1_PROVER: there is no prover `quantum`") && errors.contains("network"),
        "{errors}"
    );
}

#[test]
fn a_bundle_has_what_a_contract_takes() {
    let stand_in = StandIn::of_sneaker();
    let path = stand_in.0.path("mock.sp1");
    let arguments = [&EVM_PROVE[..], &["--prover", "mock", "-o", &path]].concat();
    let output = stand_in.run_in(&[], &arguments);
    assert!(output.status.success(), "{}", errors(&output));
    assert!(errors(&output).contains("MOCK: this proves nothing"));
    let bundle: ProofBundle = serde_json::from_str(&text(&output)).unwrap();
    let expected = ProofBundle {
        ipfs_uri: address(SNEAKER),
        label: 7,
        model_digest: None,
        program_vkey: vkey("fashion-mlp"),
        public_values: hex(&sneaker()),
        proof: "0x".into(),
        mock: true,
    };
    assert_eq!(bundle, expected);
    let file = ProofFile::decode(&std::fs::read(&path).unwrap()).unwrap();
    assert!(file.mock);
    assert_eq!(file.vkey, Program::find("fashion-mlp").unwrap().vkey);
}

#[test]
fn a_bundle_of_a_model_file_names_it() {
    let stand_in = StandIn::that_says("any-model", by_model_file());
    let options = ["--prover", "mock", "-m", MODEL_FILE];
    let (printed, _) = stand_in.run(&[&EVM_PROVE[..], &options].concat());
    let bundle: ProofBundle = serde_json::from_str(&printed).unwrap();
    assert!(bundle.model_digest.is_some());
    assert_eq!(bundle.program_vkey, vkey("any-model"));
}

#[test]
fn every_failure_says_what_to_do() {
    for (kind, code) in [
        (FailureKind::Input, 1),
        (FailureKind::Network, 6),
        (FailureKind::Machine, 6),
        (FailureKind::Engine, 6),
    ] {
        let stand_in = StandIn::that_fails(kind, "it did not work", "do this instead");
        let path = stand_in.0.path("never.sp1");
        let errors = stand_in.failure(code, &[&PROVE[..], &["-o", &path]].concat());
        assert!(
            errors.contains("it did not work\nhelp:  do this instead"),
            "{errors}"
        );
        assert_eq!(
            errors.contains("7_sneaker.jpg"),
            kind == FailureKind::Input,
            "{errors}"
        );
        assert!(!Path::new(&path).exists());
    }
    let killed = StandIn::that_does("kill -9 $$");
    let errors = killed.failure(
        6,
        &[&PROVE[..], &["-o", &killed.0.path("never.sp1")]].concat(),
    );
    assert!(
        errors.contains("killed") && errors.contains("17 GB"),
        "{errors}"
    );
}

#[test]
fn a_worker_of_another_version_is_found_out() {
    let other = StandIn::that_says("mnist-cnn", values(SNEAKER, 7));
    let path = other.0.path("never.sp1");
    let errors = other.failure(6, &[&PROVE[..], &["-o", &path]].concat());
    assert!(
        errors.contains("is of another version") && errors.contains("cargo install"),
        "{errors}"
    );
}

#[test]
fn the_output_is_checked_before_the_work_begins() {
    let stand_in = StandIn::of_sneaker();
    let path = stand_in.0.write("precious.sp1", b"precious");
    let errors = stand_in.failure(4, &[&PROVE[..], &["-o", &path]].concat());
    assert!(errors.contains("exists already"), "{errors}");
    assert!(!Path::new(&stand_in.0.path("asked-prove")).exists());
    stand_in.run(&[&PROVE[..], &["-o", &path, "--force"]].concat());
}
