//! `zklens evm verify`: proof → a contract's verdict.

use crate::args::EvmVerifyArguments;
use crate::failure::{EXIT_REFUSED, Failure};
use crate::files::setup::SetupFile;
use crate::output::{self, say};
use crate::stages::spinning;
use crate::{account, chain, files, keys};
use serde::Serialize;
use std::process::ExitCode;
use zklens_answers::ClaimedImage;
use zklens_evm::chain::{Account, ChainError, Contract};
use zklens_evm::contract_key;
use zklens_verifier::{Context, ModelId, ProofFile, VerifyingKey};

/// A contract's verdict, as `--json` prints it.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Verification {
    verified: bool,
    contract: String,
    chain_id: u64,
    /// The name of the model, if it is known.
    model: Option<String>,
    model_id: String,
    /// Whether the key that the contract reports is the model's.
    key_compared: bool,
    /// Whether its code is that of `evm deploy`, so that its answers can be relied on.
    code_compared: bool,
    /// The images, with classes named by the contract.
    images: Vec<ClaimedImage>,
    context: String,
    transaction: Option<Transaction>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Transaction {
    hash: String,
    block: u64,
    gas_used: u64,
    cost_eth: Option<String>,
}

pub(crate) fn run(arguments: &EvmVerifyArguments) -> Result<ExitCode, Failure> {
    let verification = verification(arguments)?;
    if arguments.json {
        output::print_json(&verification)?;
    } else {
        print(&verification)?;
    }
    Ok(ExitCode::SUCCESS)
}

fn verification(arguments: &EvmVerifyArguments) -> Result<Verification, Failure> {
    let (proof, _) = files::proof::read(&arguments.proof)?;
    let ProofFile {
        statement,
        proof: tape,
        ..
    } = &proof;
    let node = chain::connect(&arguments.node)?;
    let contract = chain::contract(&node, &arguments.contract)?;
    contract
        .check_model(statement.model)
        .map_err(chain::failure)?;
    let setup = SetupFile::for_proofs(arguments.setup.setup.as_deref())?;
    let key = spinning("deriving the key", || {
        key(arguments, &setup, statement.model)
    })?;
    let code_compared = match &key {
        Some(key) => check_key(&contract, key, &setup)?,
        None => false,
    };
    let opened = arguments.send.then(|| account::open(&arguments.account));
    let account = opened.transpose()?;
    contract.verify(statement, tape).map_err(chain::failure)?;
    let transaction = match &account {
        Some(account) => Some(send(&contract, account, &proof, arguments)?),
        None => None,
    };
    let image = |label: &usize| ClaimedImage {
        label: *label,
        class: contract.class_name(*label).ok(),
    };
    Ok(Verification {
        verified: true,
        contract: contract.address().to_string(),
        chain_id: node.chain_id(),
        model: key.as_ref().map(|key| key.name().to_owned()),
        model_id: output::model_id(&statement.model),
        key_compared: key.is_some(),
        code_compared,
        images: statement.labels.iter().map(image).collect(),
        context: output::hex_word(&statement.context),
        transaction,
    })
}

/// The key that the contract should have: from a key file, a model, or the shipped models. `None` if none of them has the
/// proof's model id.
fn key(
    arguments: &EvmVerifyArguments,
    setup: &SetupFile,
    id: ModelId,
) -> Result<Option<VerifyingKey>, Failure> {
    let key = match (&arguments.key, &arguments.model) {
        (Some(path), _) => keys::read_verifying(path)?,
        (None, Some(name)) => {
            let key = keys::derive_for(&setup.setup()?, files::model::load(name)?, id)?;
            key.verifying().clone()
        }
        (None, None) => {
            let key = keys::shipped(&setup.setup()?, id)?;
            return Ok(key.map(|key| key.verifying().clone()));
        }
    };
    if key.id() == id {
        return Ok(Some(key));
    }
    let cause = format!(
        "the proof is about model {}, not about {}, which is {}",
        output::model_id(&id),
        key.name(),
        output::model_id(&key.id())
    );
    let name = files::name(&arguments.proof);
    Err(Failure::new(EXIT_REFUSED, name, cause))
}

/// Checks that the contract's key is this one, for the numbers of images that the contract reports. Returns whether its
/// code is known: with unknown code, the contract might report one key and use another.
fn check_key(
    contract: &Contract<'_>,
    key: &VerifyingKey,
    setup: &SetupFile,
) -> Result<bool, Failure> {
    let batches = contract.batches().map_err(chain::failure)?;
    let checked = match contract_key(key, &setup.verifier()?, &batches) {
        Ok(expected) => contract
            .check_key(&expected)
            .and_then(|()| contract.is_stored_key_verifier(&expected)),
        // The contract reports numbers of images that no contract for this key can have.
        Err(_) => Err(ChainError::OtherKey {
            address: contract.address(),
        }),
    };
    checked.map_err(chain::failure)
}

fn send(
    contract: &Contract<'_>,
    account: &Account,
    proof: &ProofFile,
    arguments: &EvmVerifyArguments,
) -> Result<Transaction, Failure> {
    let wait = account::wait(&arguments.account);
    let sent = spinning("waiting for a block", || {
        contract.send(account, &proof.statement, &proof.proof, wait)
    });
    let receipt = sent.map_err(chain::failure)?;
    Ok(Transaction {
        hash: receipt.transaction.to_string(),
        block: receipt.block,
        gas_used: receipt.gas_used,
        cost_eth: chain::cost(&receipt),
    })
}

fn print(verification: &Verification) -> Result<(), Failure> {
    output::say_true("The proof is true, says the contract.")?;
    for image in &verification.images {
        say!("label:       {}", image.label);
        say!(
            "class:       {}\n",
            output::printable(image.class.as_deref().unwrap_or("(without a name)"))
        );
    }
    match &verification.model {
        Some(model) if verification.code_compared => {
            say!(
                "model:       {model}; the contract is that of `evm deploy`, with the model's key"
            );
        }
        Some(model) => {
            say!(
                "model:       {model}, says the contract; its code is not that of `evm deploy`, so"
            );
            say!("             compare it with what `evm export` compiles to before you trust it");
        }
        None => say!("model:       unknown; see --model and --key"),
    }
    say!("model id:    {}", verification.model_id);
    let context = &verification.context;
    if *context == output::hex_word(&Context::default()) {
        say!("context:     none; anyone who has this proof can use it anywhere");
    } else {
        say!("context:     {context}, not compared");
    }
    say!("contract:    {}", verification.contract);
    say!("chain:       {}", verification.chain_id);
    if let Some(transaction) = &verification.transaction {
        say!(
            "transaction: {} in block {}",
            transaction.hash,
            transaction.block
        );
        say!("gas:         {}", transaction.gas_used);
        if let Some(cost) = &transaction.cost_eth {
            say!("cost:        {cost} ETH");
        }
    }
    Ok(())
}
