//! This code makes the golden proofs again, and they verify; so do those of every earlier version.

mod common;

use common::setup;
use common::vectors::{all, snapshot};
use std::fs;
use std::path::PathBuf;
use zklens_verifier::{ProofFile, VerifyingKey, verify};

fn folder(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("../..")
        .join(name)
}

#[test]
fn golden_proofs_are_what_this_code_makes() {
    for vector in all() {
        let stored = |extension: &str| {
            let file = folder("vectors/proofs/v1").join(vector.name);
            fs::read(file.with_extension(extension)).unwrap()
        };
        let name = vector.name;
        assert!(
            stored("zkk") == vector.key.encode(),
            "the key of {name} differs"
        );
        assert!(
            stored("zkp") == vector.file.encode(),
            "the proof of {name} differs"
        );
        assert!(
            stored("json") == vector.json().into_bytes(),
            "{name} differs"
        );
    }
}

#[test]
fn golden_proofs_verify_and_open() {
    for vector in all() {
        let file = folder("vectors/proofs/v1").join(vector.name);
        let key = fs::read(file.with_extension("zkk")).unwrap();
        let key = VerifyingKey::decode(&key).unwrap();
        let proof = ProofFile::decode(&fs::read(file.with_extension("zkp")).unwrap()).unwrap();
        let verified = verify(setup().verifier(), &key, proof.statement, &proof.proof).unwrap();
        let opening = proof.opening.unwrap();
        let checked = verified.check_pixels(setup(), &key, &vector.images, &opening);
        assert_eq!(checked, Ok(()));
    }
}

#[test]
fn proof_sizes_are_those_of_the_snapshot() {
    let stored = fs::read_to_string(folder("snapshots/proof.json")).unwrap();
    assert_eq!(
        stored,
        snapshot(),
        "run write_proof_vectors and review the difference"
    );
    for vector in all().iter().filter(|vector| vector.images.len() == 1) {
        let needle = format!("\"bytes\": {},", vector.file.proof.len());
        let is_shipped = zklens_models::find(vector.name).is_some();
        assert!(!is_shipped || stored.contains(&needle), "{needle}");
    }
}
