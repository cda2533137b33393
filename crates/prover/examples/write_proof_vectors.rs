//! Writes `vectors/proofs/v1/` and `snapshots/proof.json`. Run from anywhere:
//! `cargo run --release -p zklens-prover --example write_proof_vectors`.

#[path = "../tests/common/mod.rs"]
mod common;

use std::fs;
use std::path::Path;

fn main() -> std::io::Result<()> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let folder = root.join("vectors/proofs/v1");
    fs::create_dir_all(&folder)?;
    for vector in common::vectors::all() {
        fs::write(
            folder.join(vector.name).with_extension("json"),
            vector.json(),
        )?;
        fs::write(
            folder.join(vector.name).with_extension("zkp"),
            vector.file.encode(),
        )?;
        fs::write(
            folder.join(vector.name).with_extension("zkk"),
            vector.key.encode(),
        )?;
    }
    fs::create_dir_all(root.join("snapshots"))?;
    fs::write(
        root.join("snapshots/proof.json"),
        common::vectors::snapshot(),
    )
}
