//! Keys: derived from models, or read from files.

use crate::failure::{EXIT_MODEL, Failure};
use crate::{files, model_file};
use std::path::Path;
use zklens_commitment::Setup;
use zklens_model::Model;
use zklens_prover::{KeygenError, Privacy, ProvingKey, ProvingKeyError};
use zklens_verifier::{KeyError, ModelId, VerifyingKey};

/// No key file is larger, in bytes.
pub(crate) const MAX_KEY_BYTES: u64 = 1 << 29;

/// The keys of a model whose weights are public: the same on every machine.
pub(crate) fn derive(setup: &Setup, model: Model) -> Result<ProvingKey, Failure> {
    new(setup, model, Privacy::Public)
}

/// The keys of a model.
pub(crate) fn new(
    setup: &Setup,
    model: Model,
    privacy: Privacy<'_>,
) -> Result<ProvingKey, Failure> {
    let name = model.name().to_owned();
    ProvingKey::new(setup, model, privacy).map_err(|error| {
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
        let model = model_file::load(shipped.name)?;
        match ProvingKey::new(setup, model, Privacy::Public) {
            Ok(key) if key.verifying().id() == id => return Ok(Some(key)),
            // A model for which the setup is too short has no id there.
            Ok(_) | Err(_) => {}
        }
    }
    Ok(None)
}

/// A verifying key file.
pub(crate) fn read_verifying(path: &Path) -> Result<VerifyingKey, Failure> {
    VerifyingKey::decode(&read(path)?).map_err(|error| {
        let failure = Failure::new(EXIT_MODEL, path.display(), error);
        match error {
            KeyError::NotAKey => failure.with_help(
                "a verifying key (.zkk) is what `zklens keygen` writes; a network goes to --model",
            ),
            _ => failure,
        }
    })
}

/// A proving key file.
pub(crate) fn read_proving(path: &Path, setup: &Setup) -> Result<ProvingKey, Failure> {
    ProvingKey::decode(setup, &read(path)?).map_err(|error| {
        let failure = Failure::new(EXIT_MODEL, path.display(), error);
        match error {
            ProvingKeyError::NotAKey => failure.with_help(
                "a proving key (.zkpk) is what `zklens keygen --private-weights` writes",
            ),
            _ => failure,
        }
    })
}

fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    let bytes = files::read(path, MAX_KEY_BYTES);
    bytes.map_err(|failure| Failure::new(EXIT_MODEL, "key", failure.message()))
}
