//! Writes `elf/NAME.vk` for the programs in `elf/`, and `elf/programs.json`. Programs that they replace go to
//! `elf/retired.json`, so that their proofs still count.

use data_encoding::HEXLOWER;
use serde::Serialize;
use serde_json::{Value, json};
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
    let mut retired: Vec<Value> = serde_json::from_slice(&fs::read(folder.join("retired.json"))?)?;
    for program in Program::all() {
        let file = folder.join(&program.name);
        let elf = fs::read(file.with_extension("elf"))?;
        let sha256 = Sha256::digest(&elf);
        if sha256[..] != program.sha256 {
            retired.push(retire(program, &fs::read(file.with_extension("vk"))?)?);
        }
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
    let mut text = serde_json::to_string_pretty(&retired)?;
    text.push('\n');
    fs::write(folder.join("retired.json"), text)?;
    Ok(())
}

/// The entry of a program that another takes the place of.
fn retire(program: &Program, key: &[u8]) -> Result<Value, Box<dyn Error>> {
    let shipped = zklens_models::find(&program.name);
    let model = shipped.map(|shipped| shipped.decode()).transpose()?;
    Ok(json!({
        "program": {
            "name": program.name,
            "sha256": HEXLOWER.encode(&program.sha256),
            "vkey": format!("0x{}", HEXLOWER.encode(&program.vkey)),
        },
        "key": HEXLOWER.encode(key),
        "model": model.map(|model| HEXLOWER.encode(&model.digest())),
    }))
}
