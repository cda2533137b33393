//! Networks with their keys, and what a proof by one takes.

use crate::error::ApiError;
use crate::queue::Size;
use std::time::Instant;
use zklens_commitment::{Setup, SetupError};
use zklens_layers::Layout;
use zklens_model::{FileError, Model};
use zklens_prover::{Cost, KeygenError, Privacy, ProvingKey, Target};
use zklens_verifier::{ModelId, VerifyingKey};

/// A network with its keys.
pub(crate) struct Keys {
    /// What the network sees, in a few words, if it comes with zklens.
    pub(crate) summary: Option<&'static str>,
    pub(crate) fast: ProvingKey,
    /// The key for contracts, unless the network is too large for it.
    pub(crate) chain: Option<ProvingKey>,
    /// The predicted cost of a proof of one image by [`Self::fast`].
    pub(crate) cost: Cost,
}

/// The engine could not start.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EngineError {
    /// The shipped setup cannot be decoded. It is tested, so this is a defect.
    #[error("the shipped setup: {0}")]
    Setup(#[from] SetupError),
    /// A shipped model cannot be decoded. They are tested, so this is a defect.
    #[error("a shipped model: {0}")]
    Model(#[from] FileError),
    /// The keys of a network cannot be derived.
    #[error("{name}: this network cannot be proved: {cause}")]
    Keys {
        /// The network's name.
        name: String,
        /// The prover's reason.
        cause: KeygenError,
    },
    /// Requests could not name a network.
    #[error(
        "{name:?}: expected a network's name of 1 to {MAX_NAME} letters, digits, dots, hyphens and underscores; \
         `zklens import --name` gives it one"
    )]
    Name {
        /// The network's name.
        name: String,
    },
    /// Two networks have the same name.
    #[error("{name}: expected networks with different names, got two with this one")]
    SameName {
        /// The name.
        name: String,
    },
    /// The system gives no randomness.
    #[error("the system's randomness: {0}")]
    Randomness(getrandom::Error),
}

/// The most bytes of a network's name.
const MAX_NAME: usize = 64;

impl Keys {
    pub(crate) fn new(setup: &Setup, model: Model) -> Result<Self, EngineError> {
        let started = Instant::now();
        let name = model.name().to_owned();
        let shipped = zklens_models::find(&name);
        let shipped = shipped.filter(|shipped| {
            let digest = shipped.decode().map(|shipped| shipped.digest());
            digest.is_ok_and(|digest| digest == model.digest())
        });
        let key = |model, layout| ProvingKey::with_target(setup, model, Privacy::Public, layout);
        let chain = key(model.clone(), Target::Evm);
        let fast = key(model, Target::Native).map_err(|cause| EngineError::Keys {
            name: name.clone(),
            cause,
        })?;
        let layout = fast.layout(1).map_err(|error| EngineError::Keys {
            name: name.clone(),
            cause: error.into(),
        })?;
        let cost = Cost::new(fast.verifying().circuit(), &layout);
        if let Err(error) = &chain {
            tracing::warn!(model = name, %error, "no key for contracts");
        }
        let seconds = started.elapsed().as_secs_f64();
        tracing::info!(model = name, seconds, "keys derived");
        Ok(Self {
            summary: shipped.map(|shipped| shipped.summary),
            fast,
            chain: chain.ok(),
            cost,
        })
    }

    pub(crate) fn name(&self) -> &str {
        self.fast.model().name()
    }

    pub(crate) fn of_layout(&self, layout: Target) -> Result<&ProvingKey, ApiError> {
        let key = match layout {
            Target::Native => Some(&self.fast),
            Target::Evm => self.chain.as_ref(),
        };
        key.ok_or_else(|| {
            let error = format!("layout: {} is too large for a contract", self.name());
            ApiError::bad_request(error).with_help("choose the layout fast")
        })
    }

    /// The key with this id.
    pub(crate) fn of_id(&self, id: ModelId) -> Option<&ProvingKey> {
        let mut keys = [Some(&self.fast), self.chain.as_ref()]
            .into_iter()
            .flatten();
        keys.find(|key| key.verifying().id() == id)
    }
}

/// Checks that requests, logs and counters can name each network.
pub(crate) fn check_names(models: &[Model]) -> Result<(), EngineError> {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
    for (index, model) in models.iter().enumerate() {
        let name = model.name();
        if !(1..=MAX_NAME).contains(&name.len()) || !name.chars().all(is_plain) {
            return Err(EngineError::Name { name: name.into() });
        }
        if models[..index].iter().any(|other| other.name() == name) {
            return Err(EngineError::SameName { name: name.into() });
        }
    }
    Ok(())
}

/// The least memory of a proof that is made alone, in bytes.
const LARGE: u64 = 1_000_000_000;

/// How much of the server a proof takes.
pub(crate) const fn size(cost: &Cost) -> Size {
    if cost.memory_bytes < LARGE {
        Size::Ordinary
    } else {
        Size::Large
    }
}

/// More bytes than a proof takes as a file and as JSON with its file in base64.
pub(crate) fn most_bytes(cost: &Cost, layout: &Layout, key: &VerifyingKey) -> usize {
    let images = layout.images;
    let opening = 32 * layout.vectors.pixels.len();
    let proof = usize::try_from(cost.proof_bytes).unwrap_or(usize::MAX);
    let file = proof.saturating_add(opening + 64 * layout.vectors.pixels.len() + 16 * images + 512);
    let class = key.classes().iter().map(String::len).max();
    // A character may take six bytes in JSON.
    let summary = images * (256 + 6 * class.unwrap_or_default()) + 2048;
    file.saturating_mul(3).saturating_add(summary)
}
