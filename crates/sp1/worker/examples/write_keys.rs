//! Writes `elf/NAME.vk` for the programs in `elf/`, and `elf/programs.json`.

use serde::Serialize;
use sha2::{Digest, Sha256};
use sp1_sdk::blocking::{Prover, ProverClient};
use sp1_sdk::{Elf, HashableKey, ProvingKey};
use std::error::Error;
use std::fs;
use std::path::Path;
use zklens_sp1::Program;

#[derive(Serialize)]
struct Listed<'a> {
    name: &'a str,
    sha256: String,
    vkey: String,
}

fn main() -> Result<(), Box<dyn Error>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../elf");
    let client = ProverClient::builder().light().build();
    let mut list = Vec::new();
    for program in Program::all() {
        let file = folder.join(&program.name);
        let elf = fs::read(file.with_extension("elf"))?;
        let sha256 = Sha256::digest(&elf);
        let proving_key = client.setup(Elf::from(elf))?;
        let key = proving_key.verifying_key();
        fs::write(file.with_extension("vk"), bincode::serialize(key)?)?;
        list.push(Listed {
            name: &program.name,
            sha256: sha256.iter().map(|byte| format!("{byte:02x}")).collect(),
            vkey: key.bytes32(),
        });
    }
    let mut text = serde_json::to_string_pretty(&list)?;
    text.push('\n');
    fs::write(folder.join("programs.json"), text)?;
    Ok(())
}
