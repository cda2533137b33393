//! The golden models: this code writes the files in the repository.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;
use zklens_model::{Model, Op};
use zklens_testkit::{oracle, vectors};

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../vectors/models")
}

#[test]
fn golden_files_are_what_this_code_writes() {
    let mut expected = BTreeSet::new();
    for vector in vectors::all() {
        let files = [
            (format!("{}.zkl", vector.name), vector.model.encode()),
            (format!("{}.json", vector.name), vector.json().into_bytes()),
        ];
        for (name, bytes) in files {
            let stored = fs::read(folder().join(&name)).unwrap();
            assert!(stored == bytes, "{name} differs; run write_vectors");
            expected.insert(name);
        }
    }
    let entries = fs::read_dir(folder()).unwrap();
    let found: BTreeSet<String> = entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    assert_eq!(
        found, expected,
        "a file that nothing writes, or the reverse"
    );
}

#[test]
fn golden_files_decode_to_the_model_that_wrote_them() {
    for vector in vectors::all() {
        let file = fs::read(folder().join(format!("{}.zkl", vector.name))).unwrap();
        assert_eq!(Model::decode(&file), Ok(vector.model));
    }
}

#[test]
fn golden_models_agree_with_the_oracle() {
    for vector in vectors::all() {
        for image in &vector.images {
            let trace = vector.model.run(image).unwrap();
            for (id, tensor) in oracle::run(&vector.model, image).iter().enumerate() {
                let cells = trace.output(id).iter().map(|x| i128::from(*x));
                assert!(
                    cells.eq(tensor.cells.iter().copied()),
                    "{} {id}",
                    vector.name
                );
            }
        }
    }
}

#[test]
fn golden_models_have_every_operator() {
    let vectors = vectors::all();
    let nodes = vectors.iter().flat_map(|v| v.model.graph().nodes());
    let seen: BTreeSet<&str> = nodes.map(|node| node.op().name()).collect();
    assert_eq!(seen, BTreeSet::from_iter(Op::NAMES.iter().copied()));
}

#[test]
fn golden_models_tell_their_random_images_apart() {
    for vector in vectors::all() {
        let logits = vector.images.iter().skip(2).map(|image| {
            let result = vector.model.classify(image).unwrap();
            result.logits().to_vec()
        });
        let distinct: BTreeSet<Vec<i64>> = logits.collect();
        assert!(distinct.len() > 3, "{} sees little", vector.name);
    }
}
