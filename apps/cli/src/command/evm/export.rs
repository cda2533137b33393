//! `zklens evm export`: model → Solidity file.

use super::deploy::verifying_key;
use crate::args::EvmExportArguments;
use crate::failure::{EXIT_MODEL, Failure};
use crate::files::destination::Destination;
use crate::files::setup::SetupFile;
use crate::output::{self, say};
use crate::stages::spinning;
use serde::Serialize;
use std::process::ExitCode;
use zklens_evm::{contract_key, contract_name, export};

/// The Solidity file that was written, as `--json` prints it.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Exported {
    file: String,
    contract: String,
    model: String,
    model_id: String,
    batches: Vec<usize>,
    key_bytes: usize,
}

pub(crate) fn run(arguments: &EvmExportArguments) -> Result<ExitCode, Failure> {
    let setup = SetupFile::for_proofs(arguments.setup.setup.as_deref())?;
    let verifier = setup.verifier()?;
    let key = spinning("deriving the key", || {
        verifying_key(arguments.key.as_deref(), &arguments.model.model, &setup)
    })?;
    let contract = contract_name(key.name());
    let path = match arguments.output.is_dir() {
        true => arguments.output.join(format!("{contract}.sol")),
        false => arguments.output.clone(),
    };
    let destination = Destination::for_text(&path, arguments.force)?;
    let refused = |error| Failure::new(EXIT_MODEL, key.name(), error);
    let source = export(&key, &verifier, &arguments.batches).map_err(refused)?;
    let bytes = contract_key(&key, &verifier, &arguments.batches).map_err(refused)?;
    destination.write(source.as_bytes())?;
    let exported = Exported {
        file: destination.name(),
        contract,
        model: key.name().to_owned(),
        model_id: output::model_id(&key.id()),
        batches: arguments.batches.clone(),
        key_bytes: bytes.len(),
    };
    if arguments.json {
        output::print_json(&exported)?;
    } else {
        print(&exported)?;
    }
    Ok(ExitCode::SUCCESS)
}

fn print(exported: &Exported) -> Result<(), Failure> {
    let batches: Vec<String> = exported.batches.iter().map(usize::to_string).collect();
    say!("contract: {}, in {}", exported.contract, exported.file);
    say!("model:    {}", exported.model);
    say!("model id: {}", exported.model_id);
    say!("batches:  {} images in one proof", batches.join(" or "));
    say!(
        "key:      {} bytes of the contract's code",
        exported.key_bytes
    );
    Ok(())
}
