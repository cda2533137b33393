//! `zklens evm deploy`: model → contract.

use crate::args::EvmDeployArguments;
use crate::failure::{EXIT_MODEL, Failure};
use crate::files::setup::SetupFile;
use crate::output::{self, say};
use crate::stages::spinning;
use crate::{account, chain, files, keys};
use serde::Serialize;
use std::path::Path;
use std::process::ExitCode;
use zklens_evm::chain::deploy;
use zklens_evm::{contract_key, stored_key_verifier};
use zklens_prover::Target;
use zklens_verifier::VerifyingKey;

/// The contract that was deployed, as `--json` prints it.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Deployed {
    contract: String,
    chain_id: u64,
    model: String,
    model_id: String,
    batches: Vec<usize>,
    key_bytes: usize,
    account: String,
    transaction: String,
    block: u64,
    gas_used: u64,
    cost_eth: Option<String>,
}

pub(crate) fn run(arguments: &EvmDeployArguments) -> Result<ExitCode, Failure> {
    let setup = SetupFile::for_proofs(arguments.setup.setup.as_deref())?;
    let verifier = setup.verifier()?;
    let key = spinning("deriving the key", || {
        verifying_key(arguments.key.as_deref(), &arguments.model.model, &setup)
    })?;
    let encoded = contract_key(&key, &verifier, &arguments.batches);
    let blob = encoded.map_err(|error| Failure::new(EXIT_MODEL, key.name(), error))?;
    let node = chain::connect(&arguments.node)?;
    let account = account::open(&arguments.account)?;
    let wait = account::wait(&arguments.account);
    let deployed = spinning("deploying the contract", || {
        deploy(&node, &account, &stored_key_verifier(), &blob, wait)
    });
    let (contract, receipt) = deployed.map_err(chain::failure)?;
    contract.check_model(key.id()).map_err(chain::failure)?;
    let deployed = Deployed {
        contract: contract.address().to_string(),
        chain_id: node.chain_id(),
        model: key.name().to_owned(),
        model_id: output::model_id(&key.id()),
        batches: arguments.batches.clone(),
        key_bytes: blob.len(),
        account: account.address().to_string(),
        transaction: receipt.transaction.to_string(),
        block: receipt.block,
        gas_used: receipt.gas_used,
        cost_eth: chain::cost(&receipt),
    };
    if arguments.json {
        output::print_json(&deployed)?;
    } else {
        print(&deployed)?;
    }
    Ok(ExitCode::SUCCESS)
}

/// The verifying key in a file, or else the one derived from a model.
pub(super) fn verifying_key(
    file: Option<&Path>,
    model: &str,
    setup: &SetupFile,
) -> Result<VerifyingKey, Failure> {
    if let Some(path) = file {
        return keys::read_verifying(path);
    }
    let model = files::model::load(model)?;
    let key = keys::derive(&setup.setup()?, model, Target::Evm)?;
    Ok(key.verifying().clone())
}

fn print(deployed: &Deployed) -> Result<(), Failure> {
    let batches: Vec<String> = deployed.batches.iter().map(usize::to_string).collect();
    say!("contract:    {}", deployed.contract);
    say!("chain:       {}", deployed.chain_id);
    say!("model:       {}", deployed.model);
    say!("model id:    {}", deployed.model_id);
    say!("batches:     {} images in one proof", batches.join(" or "));
    say!(
        "key:         {} bytes, as the contract says too",
        deployed.key_bytes
    );
    say!(
        "transaction: {} in block {}",
        deployed.transaction,
        deployed.block
    );
    say!("gas:         {}", deployed.gas_used);
    if let Some(cost) = &deployed.cost_eth {
        say!("cost:        {cost} ETH, from {}", deployed.account);
    }
    Ok(())
}
