//! Packs the shipped networks into Rust source: `NAME/network.rs` in Cargo's `OUT_DIR`.

use std::path::PathBuf;
use zklens_sp1_program::pack;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    let folder = PathBuf::from(std::env::var_os("OUT_DIR").expect("Cargo names a folder"));
    for shipped in &zklens_models::ALL {
        let model = shipped.decode().expect("shipped models are valid");
        let network = pack::pack(&model).expect("shipped models are packed");
        let folder = folder.join(shipped.name);
        std::fs::create_dir_all(&folder).expect("Cargo's folder can be written to");
        let (source, files) = pack::source(&network);
        let source = ("network.rs".to_owned(), source.into_bytes());
        for (name, bytes) in files.into_iter().chain([source]) {
            std::fs::write(folder.join(name), bytes).expect("Cargo's folder can be written to");
        }
    }
}
