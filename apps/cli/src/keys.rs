//! Keys: derived from models, or read from files.

use crate::failure::{EXIT_MODEL, Failure};
use crate::files;
use std::path::Path;
use zklens_commitment::Setup;
use zklens_diagnosis::Expected;
use zklens_model::Model;
use zklens_prover::{KeygenError, Privacy, ProvingKey, ProvingKeyError, Target};
use zklens_verifier::{KeyError, ModelId, VerifyingKey};

/// No key file is larger, in bytes.
pub(crate) const MAX_KEY_BYTES: u64 = 1 << 29;

/// The keys of a model whose weights are public: the same on every machine.
pub(crate) fn derive(setup: &Setup, model: Model, layout: Target) -> Result<ProvingKey, Failure> {
    new(setup, model, Privacy::Public, layout)
}

/// The keys of a model of which a proof says that its id is `id`: in the layout that has this id, if
/// one has.
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
        let failure = Failure::new(EXIT_MODEL, name, error);
        match error {
            KeygenError::Model(_) => failure.with_help(
                "this network cannot be proved; `zklens execute` still computes what it sees",
            ),
            KeygenError::ShortSetup { .. } => failure
                .with_help("`zklens setup import` keeps more powers with a larger --log-columns"),
            _ => failure,
        }
    })
}

/// The keys of the shipped model with this id, if there is one.
pub(crate) fn shipped(setup: &Setup, id: ModelId) -> Result<Option<ProvingKey>, Failure> {
    for shipped in &zklens_models::ALL {
        // A model for which the setup is too short has no id there.
        let Ok(key) = derive_for(setup, files::model::load(shipped.name)?, id) else {
            continue;
        };
        if key.verifying().id() == id {
            return Ok(Some(key));
        }
    }
    Ok(None)
}

/// A verifying key file.
pub(crate) fn read_verifying(path: &Path) -> Result<VerifyingKey, Failure> {
    let bytes = read(path)?;
    VerifyingKey::decode(&bytes).map_err(|error| {
        let failure = Failure::new(EXIT_MODEL, files::name(path), error);
        match error {
            KeyError::NotAKey => failure.but_is(&bytes, Expected::Other).with_help(
                "a verifying key (.zkk) is what `zklens keygen` writes; a network goes to --model",
            ),
            _ => failure,
        }
    })
}

/// A proving key file.
pub(crate) fn read_proving(path: &Path, setup: &Setup) -> Result<ProvingKey, Failure> {
    let bytes = read(path)?;
    ProvingKey::decode(setup, &bytes).map_err(|error| {
        let failure = Failure::new(EXIT_MODEL, files::name(path), error);
        match error {
            ProvingKeyError::NotAKey => failure.but_is(&bytes, Expected::Other).with_help(
                "a proving key (.zkpk) is what `zklens keygen --private-weights` writes",
            ),
            _ => failure,
        }
    })
}

fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    files::read(path, MAX_KEY_BYTES).map_err(|failure| failure.with_exit(EXIT_MODEL))
}
