//! `zklens keygen`, and proofs that need its files.

use crate::support::{Folder, failure, json, text, zklens};

const IMAGE: &str = "examples/mnist/digit_8.png";

#[test]
fn a_key_verifies_in_place_of_the_model() {
    let folder = Folder::new();
    let (key, proof) = (folder.path("net.zkk"), folder.path("digit.zkp"));
    let keys = json(&["keygen", "--json", "-m", "mnist-cnn", "-o", &key]);
    assert_eq!(keys["provingKey"], serde_json::Value::Null);
    assert_eq!(
        keys["verifyingKey"]["bytes"],
        std::fs::read(&key).unwrap().len()
    );
    json(&[
        "prove",
        "--json",
        "--public",
        "-m",
        "mnist-cnn",
        "-i",
        IMAGE,
        "-o",
        &proof,
    ]);
    for options in [&[][..], &["-i", IMAGE]] {
        let verified = json(&[&["verify", "--json", &proof, "-k", &key], options].concat());
        assert_eq!(verified["modelId"], keys["modelId"]);
        assert_eq!(verified["modelKnownBy"], "key");
    }
    let printed = text(&zklens(&["verify", &proof, "-k", &key]));
    assert!(
        printed.contains("compare the model id with one that you trust"),
        "{printed}"
    );
}

#[test]
fn weights_can_stay_private() {
    let folder = Folder::new();
    let (key, secret) = (folder.path("net.zkk"), folder.path("net.zkpk"));
    let proof = folder.path("digit.zkp");
    let keygen = [
        "keygen",
        "--json",
        "--private-weights",
        "-m",
        "mnist-cnn",
        "-o",
        &key,
    ];
    let keys = json(&keygen);
    assert_eq!(keys["provingKey"]["file"], secret.as_str());
    let proved = json(&[
        "prove",
        "--json",
        "--proving-key",
        &secret,
        "-i",
        IMAGE,
        "-o",
        &proof,
    ]);
    assert_eq!(proved["modelId"], keys["modelId"]);
    let verified = json(&["verify", "--json", &proof, "-k", &key]);
    assert_eq!(verified["images"][0]["label"], 8);
    // The model alone is not enough, neither to verify nor to find its name.
    failure(3, &["verify", &proof]);
    failure(5, &["verify", &proof, "-m", "mnist-cnn"]);
    assert_ne!(
        json(&[&keygen[..], &["--force"]].concat())["modelId"],
        keys["modelId"]
    );
}

#[cfg(unix)]
#[test]
fn the_proving_key_is_its_owners() {
    use std::os::unix::fs::PermissionsExt;
    let folder = Folder::new();
    // A file that others may read becomes one that they may not.
    let secret = folder.write("net.zkpk", b"old");
    let key = folder.path("net.zkk");
    json(&[
        "keygen",
        "--json",
        "--force",
        "--private-weights",
        "-m",
        "mnist-cnn",
        "-o",
        &key,
    ]);
    let mode = |path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&secret), 0o600);
    assert_ne!(mode(&key), 0o600);
}

#[test]
fn neither_key_is_overwritten_without_force() {
    let folder = Folder::new();
    let secret = folder.write("net.zkpk", b"precious");
    let key = folder.path("net.zkk");
    let keygen = ["keygen", "--private-weights", "-m", "mnist-cnn", "-o", &key];
    assert!(failure(4, &keygen).contains("net.zkpk: exists already"));
    assert_eq!(std::fs::read(secret).unwrap(), b"precious");
    assert!(!std::path::Path::new(&key).exists());
}

#[test]
fn in_a_folder_a_key_is_named_after_its_model() {
    let folder = Folder::new();
    let keys = json(&[
        "keygen",
        "--json",
        "-m",
        "models/mnist-cnn.zkl",
        "-o",
        &folder.path(""),
    ]);
    assert_eq!(keys["verifyingKey"]["file"], folder.path("mnist-cnn.zkk"));
}

#[test]
fn inspect_shows_both_keys() {
    let folder = Folder::new();
    let (key, secret) = (folder.path("net.zkk"), folder.path("net.zkpk"));
    let keys = json(&[
        "keygen",
        "--json",
        "--private-weights",
        "-m",
        "mnist-cnn",
        "-o",
        &key,
    ]);
    let verifying = json(&["inspect", "--json", &key]);
    assert_eq!(verifying["kind"], "verifyingKey");
    assert_eq!(verifying["rows"], keys["commitments"]);
    let proving = json(&["inspect", "--json", &secret]);
    assert_eq!(proving["kind"], "provingKey");
    for inspected in [verifying, proving] {
        assert_eq!(inspected["modelId"], keys["modelId"]);
        assert_eq!(inspected["classes"][3], "3");
    }
    let printed = text(&zklens(&["inspect", &key]));
    assert!(printed.contains("kind        verifying key"), "{printed}");
    assert!(printed.contains("28×28 luma"), "{printed}");
}

#[test]
fn files_of_another_kind_get_a_hint() {
    let folder = Folder::new();
    let proof = folder.path("digit.zkp");
    let prove = ["prove", "-m", "mnist-cnn", "-i", IMAGE, "-o", &proof];
    assert!(zklens(&prove).status.success());
    assert!(failure(3, &["verify", &proof, "-k", "models/mnist-cnn.zkl"]).contains("--model"));
    let swapped = [
        "prove",
        "--proving-key",
        &proof,
        "-i",
        IMAGE,
        "-o",
        "never.zkp",
    ];
    assert!(failure(3, &swapped).contains("--private-weights"));
}
