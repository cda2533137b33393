//! Writes `elf/programs.json` and `snapshots/sp1_cycles.json` for the programs in `elf/`. Takes the `zklens-sp1` that was built with
//! these very files.

use std::path::Path;
use zklens_sp1::Worker;

#[path = "../tests/common/mod.rs"]
mod common;

fn main() {
    let worker = std::env::args_os()
        .nth(1)
        .expect("usage: write_programs ZKLENS_SP1");
    let worker = Worker::at(worker);
    let elf = Path::new(env!("CARGO_MANIFEST_DIR")).join("../elf");
    let listed = common::list_programs(&worker, &elf);
    std::fs::write(elf.join("programs.json"), listed).expect("elf/ can be written to");
    std::fs::write(common::snapshot_path(), common::cycles(&worker))
        .expect("snapshots/ can be written to");
}
