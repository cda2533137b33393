//! Memory and time: refusals before the kernel's, and the cache of commitments to weights.

use crate::support::{Folder, errors, root, text};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use zklens_model::Model;
use zklens_testkit::models::perceptron;
use zklens_testkit::networks;
use zklens_verifier::{Names, VerifyingKey};

const SNEAKER: &str = "examples/fashion/7_sneaker.jpg";

/// Just large enough for the cache.
fn large() -> Model {
    perceptron([28, 28], &[340, 10], 1)
}

/// Runs a command with its cache in a folder.
fn cached(folder: &Folder, arguments: &[&str]) -> Output {
    let output = Command::new(env!("CARGO_BIN_EXE_zklens"))
        .args(arguments)
        .current_dir(root())
        .env("XDG_CACHE_HOME", folder.path("cache"))
        .output();
    output.unwrap()
}

/// Proves with a model of the folder, and returns the proof's model id.
fn prove(folder: &Folder, extra: &[&str]) -> String {
    let (model, proof) = (folder.path("net.zkl"), folder.path("proof.zkp"));
    let mut arguments = vec![
        "prove", "--json", "--force", "-m", &model, "-i", SNEAKER, "-o", &proof,
    ];
    arguments.extend(extra);
    let output = cached(folder, &arguments);
    assert!(output.status.success(), "{}", errors(&output));
    let proved: serde_json::Value = serde_json::from_str(&text(&output)).unwrap();
    let verified = cached(folder, &["verify", &proof, "-m", &model]);
    assert!(verified.status.success(), "{}", errors(&verified));
    proved["modelId"].as_str().unwrap().to_owned()
}

/// The files in the cache.
fn kept(folder: &Folder) -> Vec<PathBuf> {
    let keys = Path::new(&folder.path("cache")).join("zklens").join("keys");
    let entries = fs::read_dir(keys).into_iter().flatten();
    entries.map(|entry| entry.unwrap().path()).collect()
}

/// The key with one commitment replaced by the next.
fn damaged(key: &VerifyingKey) -> VerifyingKey {
    let names = Names {
        name: key.name().to_owned(),
        classes: key.classes().to_vec(),
        preprocessing: *key.preprocessing(),
    };
    let mut commitments = key.weight_commitments().to_vec();
    commitments[1] = commitments[2];
    VerifyingKey::new(names, key.circuit().clone(), key.columns(), &commitments).unwrap()
}

#[test]
#[cfg(target_os = "linux")]
fn commitments_to_many_weights_are_kept() {
    let folder = Folder::new();
    folder.write("net.zkl", &large().encode());
    let id = prove(&folder, &[]);
    let [file] = &kept(&folder)[..] else {
        panic!("{:?}", kept(&folder));
    };
    let key = fs::read(file).unwrap();
    assert_eq!(prove(&folder, &[]), id);
    // Another layout has another key.
    assert_ne!(prove(&folder, &["--for-chain"]), id);
    assert_eq!(kept(&folder).len(), 2);
    // Files that are damaged, and the key of another network with the same layers.
    let other = folder.write("other.zkl", &perceptron([28, 28], &[340, 10], 2).encode());
    let other_key = folder.path("other.zkk");
    let keygen = cached(&folder, &["keygen", "-m", &other, "-o", &other_key]);
    assert!(keygen.status.success(), "{}", errors(&keygen));
    let other = fs::read(other_key).unwrap();
    for damaged in [b"ZKLK", &key[..key.len() - 1], &other[..]] {
        fs::write(file, damaged).unwrap();
        assert_eq!(prove(&folder, &[]), id);
        assert!(fs::read(file).unwrap() == key, "it is written again");
    }
}

#[test]
#[cfg(target_os = "linux")]
fn a_wrong_commitment_in_the_cache_is_noticed_and_removed() {
    let folder = Folder::new();
    let model = folder.write("net.zkl", &large().encode());
    let id = prove(&folder, &[]);
    let file = kept(&folder).remove(0);
    let key = VerifyingKey::decode(&fs::read(&file).unwrap()).unwrap();
    fs::write(&file, damaged(&key).encode()).unwrap();
    let proof = folder.path("wrong.zkp");
    let output = cached(
        &folder,
        &["prove", "-m", &model, "-i", SNEAKER, "-o", &proof],
    );
    assert_eq!(output.status.code(), Some(5), "{}", errors(&output));
    let said = "kept in the cache may be wrong, and are removed: run the command again";
    let errors = errors(&output)
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ");
    assert!(errors.contains(said), "{errors}");
    assert!(!Path::new(&proof).exists());
    assert_eq!(kept(&folder), Vec::<PathBuf>::new());
    assert_eq!(prove(&folder, &[]), id);
}

/// Small networks, private weights, and everything with `--no-cache`.
#[test]
#[cfg(target_os = "linux")]
fn nothing_else_is_kept() {
    let folder = Folder::new();
    let model = folder.write("net.zkl", &large().encode());
    prove(&folder, &["--no-cache"]);
    let (public, secret) = (folder.path("net.zkk"), folder.path("net.zkpk"));
    let keygen = ["keygen", "-m", &model, "--private-weights", "-o", &public];
    assert!(cached(&folder, &keygen).status.success());
    let proof = folder.path("private.zkp");
    let prove_private = [
        "prove",
        "--proving-key",
        &secret,
        "-i",
        SNEAKER,
        "-o",
        &proof,
    ];
    assert!(cached(&folder, &prove_private).status.success());
    folder.write("net.zkl", &perceptron([28, 28], &[20, 10], 1).encode());
    prove(&folder, &[]);
    assert_eq!(kept(&folder), Vec::<PathBuf>::new());
}

/// The shell sets the limit: a machine with little memory, for one command.
#[test]
#[cfg(target_os = "linux")]
fn a_proof_that_does_not_fit_into_the_memory_is_refused_with_a_sentence() {
    let folder = Folder::new();
    let model = networks::named("resnet50-224").unwrap();
    let model = folder.write("net.zkl", &model.encode());
    let proof = folder.path("proof.zkp");
    let script = "ulimit -v 1500000; exec \"$0\" \"$@\"";
    let output = Command::new("sh")
        .args(["-c", script, env!("CARGO_BIN_EXE_zklens")])
        .args(["prove", "-m", &model, "-i", SNEAKER, "-o", &proof])
        .current_dir(root())
        .output()
        .unwrap();
    let errors = errors(&output)
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ");
    assert_eq!(output.status.code(), Some(3), "{errors}");
    for part in [
        "resnet50-224: this proof takes about ",
        " GB of memory, and ",
        " are free",
        "--ignore-memory tries it all the same",
    ] {
        assert!(errors.contains(part), "{errors}");
    }
    assert!(!Path::new(&proof).exists());
}
