//! Keys: derived from models, or read from files.

use crate::failure::{EXIT_MODEL, Failure};
use crate::files;
use crate::memory::gigabytes;
use std::path::Path;
use zklens_answers::ProofCost;
use zklens_commitment::{Setup, VerifierSetup};
use zklens_diagnosis::Expected;
use zklens_evm::contract_key;
use zklens_layers::LayerError;
use zklens_model::Model;
use zklens_prover::cost::least_memory_bytes;
use zklens_prover::{Cost, KeygenError, Privacy, ProvingKey, ProvingKeyError, Target};
use zklens_verifier::{KeyError, ModelId, VerifyingKey};

/// The most bytes of a key file.
pub(crate) const MAX_KEY_BYTES: u64 = 1 << 29;

/// The keys of a model whose weights are public: the same on every machine.
pub(crate) fn derive(setup: &Setup, model: Model, layout: Target) -> Result<ProvingKey, Failure> {
    new(setup, model, Privacy::Public, layout)
}

/// The keys of a model, in the layout whose model id is `id`. If neither layout has this id, those of the default layout:
/// the caller compares.
pub(crate) fn derive_for(setup: &Setup, model: Model, id: ModelId) -> Result<ProvingKey, Failure> {
    let fast = derive(setup, model.clone(), Target::Native)?;
    if fast.verifying().id() == id {
        return Ok(fast);
    }
    let chain = derive(setup, model, Target::Evm)?;
    Ok(if chain.verifying().id() == id {
        chain
    } else {
        fast
    })
}

/// The keys of a model.
pub(crate) fn new(
    setup: &Setup,
    model: Model,
    privacy: Privacy<'_>,
    layout: Target,
) -> Result<ProvingKey, Failure> {
    let name = model.name().to_owned();
    ProvingKey::with_target(setup, model, privacy, layout).map_err(|error| {
        let failure = Failure::new(EXIT_MODEL, &name, error);
        match error {
            KeygenError::Model(error) => not_provable(&name, error),
            KeygenError::ShortSetup { .. } => failure
                .with_help("`zklens setup import` keeps more powers with a larger --log-columns"),
            _ => failure,
        }
    })
}

/// The cost of a proof about one image.
pub(crate) fn cost(model: &Model, target: Target) -> Result<Cost, Failure> {
    Cost::of_model(model, target, 1).map_err(|error| not_provable(model.name(), error))
}

/// The cost of a proof about one image, with its gas if a contract can hold the key.
pub(crate) fn proof_cost(model: &Model, setup: &VerifierSetup) -> Result<ProofCost, LayerError> {
    let cost = Cost::of_model(model, Target::Native, 1)?;
    let outline = ProvingKey::outline(model, Target::Evm).ok();
    let fits = outline.is_some_and(|key| contract_key(&key, setup, &[1]).is_ok());
    let for_chain = fits.then(|| Cost::of_model(model, Target::Evm, 1).ok());
    Ok(ProofCost::new(&cost, for_chain.flatten().as_ref()))
}

fn not_provable(name: &str, error: LayerError) -> Failure {
    let failure = Failure::new(EXIT_MODEL, name, error);
    let help = match error {
        LayerError::TooLarge { cells, .. } => format!(
            "a proof would take {} of memory or more. Smaller pictures or fewer channels make a network that can be proved; \
             `zklens execute` still runs this one",
            gigabytes(least_memory_bytes(cells))
        ),
        _ => "this network cannot be proved; `zklens execute` still computes what it sees".into(),
    };
    failure.with_help(help)
}

/// The keys of the shipped model with this id, if there is one.
pub(crate) fn shipped(setup: &Setup, id: ModelId) -> Result<Option<ProvingKey>, Failure> {
    for shipped in zklens_models::built_in() {
        // With a setup that is too short for a model, the model has no id.
        let Ok(key) = derive_for(setup, files::model::load(shipped.name)?, id) else {
            continue;
        };
        if key.verifying().id() == id {
            return Ok(Some(key));
        }
    }
    Ok(None)
}

/// Reads a verifying key file.
pub(crate) fn read_verifying(path: &Path) -> Result<VerifyingKey, Failure> {
    let bytes = read(path)?;
    VerifyingKey::decode(&bytes).map_err(|error| {
        let failure = Failure::new(EXIT_MODEL, files::name(path), error);
        match error {
            KeyError::NotAKey => failure.but_is(&bytes, Expected::Other).with_help(
                "`zklens keygen` writes verifying keys (.zkk); give a network by --model",
            ),
            _ => failure,
        }
    })
}

/// Reads a proving key file.
pub(crate) fn read_proving(path: &Path, setup: &Setup) -> Result<ProvingKey, Failure> {
    let bytes = read(path)?;
    ProvingKey::decode(setup, &bytes).map_err(|error| {
        let failure = Failure::new(EXIT_MODEL, files::name(path), error);
        match error {
            ProvingKeyError::NotAKey => failure
                .but_is(&bytes, Expected::Other)
                .with_help("`zklens keygen --private-weights` writes proving keys (.zkpk)"),
            _ => failure,
        }
    })
}

fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    files::read(path, MAX_KEY_BYTES).map_err(|failure| failure.with_exit(EXIT_MODEL))
}
