//! Writes `vectors/models/`. Run from anywhere: `cargo run -p zklens-testkit --example
//! write_vectors`.

use std::path::Path;
use zklens_testkit::vectors;

fn main() -> std::io::Result<()> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../vectors/models");
    std::fs::create_dir_all(&folder)?;
    for vector in vectors::all() {
        let file = folder.join(vector.name);
        std::fs::write(file.with_extension("zkl"), vector.model.encode())?;
        std::fs::write(file.with_extension("json"), vector.json())?;
    }
    Ok(())
}
