//! The setup, the models and the keys, and everything that is computed with them. Nothing in here knows HTTP.

use crate::error::{ApiError, Refusal};
use axum::body::Bytes;
use axum::http::StatusCode;
use getrandom::SysRng;
use getrandom::rand_core::UnwrapErr;
use std::fmt;
use std::ops::ControlFlow;
use std::sync::Arc;
use std::time::Instant;
use zklens_answers::Times;
use zklens_commitment::{Setup, SetupError};
use zklens_image::{CidVersion, ImageError, cid};
use zklens_model::{FileError, Pixels};
use zklens_models::Shipped;
use zklens_prover::{KeygenError, Privacy, ProveError, Proved, ProvingKey, Target, prove_with};
use zklens_verifier::{Context, ModelId, VerifyError, verify};

/// The setup, and the keys of all shipped models. All requests share it.
pub struct Engine {
    setup: Setup,
    models: Vec<Arc<Keys>>,
}

/// A shipped model with its keys.
pub(crate) struct Keys {
    pub(crate) shipped: &'static Shipped,
    pub(crate) fast: ProvingKey,
    pub(crate) chain: ProvingKey,
}

/// The engine could not start. The shipped files are tested, so this is a defect.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// The shipped setup cannot be decoded.
    #[error("the shipped setup: {0}")]
    Setup(#[from] SetupError),
    /// A shipped model cannot be decoded.
    #[error("a shipped model: {0}")]
    Model(#[from] FileError),
    /// The keys of a shipped model cannot be derived.
    #[error("the keys of a shipped model: {0}")]
    Keys(#[from] KeygenError),
    /// The system gives no randomness.
    #[error("the system's randomness: {0}")]
    Randomness(getrandom::Error),
}

impl Keys {
    fn new(setup: &Setup, shipped: &'static Shipped) -> Result<Self, EngineError> {
        let model = shipped.decode()?;
        let key = |layout| ProvingKey::with_target(setup, model.clone(), Privacy::Public, layout);
        Ok(Self {
            shipped,
            fast: key(Target::Native)?,
            chain: key(Target::Evm)?,
        })
    }

    pub(crate) const fn of_layout(&self, layout: Target) -> &ProvingKey {
        match layout {
            Target::Native => &self.fast,
            Target::Evm => &self.chain,
        }
    }

    /// The key with this id.
    pub(crate) fn of_id(&self, id: ModelId) -> Option<&ProvingKey> {
        let mut keys = [&self.fast, &self.chain].into_iter();
        keys.find(|key| key.verifying().id() == id)
    }
}

/// A proof to be made.
pub(crate) struct Order {
    pub(crate) layout: Target,
    pub(crate) context: Context,
    pub(crate) images: Vec<Pixels>,
}

/// A proof that was verified, and the time that both took.
pub(crate) struct Done {
    pub(crate) proved: Proved,
    pub(crate) times: Times,
}

/// Tells whether the client no longer waits for the answer.
pub(crate) type Stopped<'a> = &'a dyn Fn() -> bool;

impl Engine {
    /// Decodes the setup and derives all keys.
    ///
    /// # Errors
    ///
    /// A file that comes with zklens is damaged, or the system has no randomness.
    pub fn new() -> Result<Self, EngineError> {
        getrandom::fill(&mut [0; 32]).map_err(EngineError::Randomness)?;
        let setup = Setup::decode(zklens_setup::STRING, &zklens_setup::TAU_G2)?;
        let keys = zklens_models::ALL.iter();
        let models = keys.map(|shipped| Keys::new(&setup, shipped).map(Arc::new));
        Ok(Self {
            models: models.collect::<Result<_, _>>()?,
            setup,
        })
    }

    pub(crate) fn models(&self) -> &[Arc<Keys>] {
        &self.models
    }

    pub(crate) const fn setup(&self) -> &Setup {
        &self.setup
    }

    /// The shipped model of this name, or the first if no name is given.
    pub(crate) fn model(&self, name: Option<&str>) -> Result<Arc<Keys>, ApiError> {
        let name = name.unwrap_or(zklens_models::ALL[0].name);
        let found = self.models.iter().find(|keys| keys.shipped.name == name);
        found.cloned().ok_or_else(|| {
            let known = zklens_models::ALL.map(|shipped| shipped.name).join(", ");
            ApiError::bad_request("model: there is no network of this name here")
                .with_help(format!("choose one of {known}"))
        })
    }

    /// Proves, and verifies the proof as a stranger would.
    pub(crate) fn prove(
        &self,
        keys: &Keys,
        order: &Order,
        stopped: Stopped<'_>,
    ) -> Result<Done, ProveFailure> {
        let key = keys.of_layout(order.layout);
        let started = Instant::now();
        let mut progress = |_| {
            if stopped() {
                ControlFlow::Break(())
            } else {
                ControlFlow::Continue(())
            }
        };
        let proved = prove_with(
            &self.setup,
            key,
            &order.images,
            order.context,
            &mut UnwrapErr(SysRng),
            &mut progress,
        )?;
        let proving = started.elapsed();
        self.check(key, &order.images, &proved)?;
        Ok(Done {
            proved,
            times: Times {
                proving,
                verifying: started.elapsed() - proving,
            },
        })
    }

    fn check(
        &self,
        key: &ProvingKey,
        images: &[Pixels],
        proved: &Proved,
    ) -> Result<(), VerifyError> {
        let key = key.verifying();
        let statement = proved.statement.clone();
        let verified = verify(self.setup.verifier(), key, statement, &proved.proof)?;
        verified.check_pixels(&self.setup, key, images, &proved.opening)
    }
}

/// The reason why no proof was made.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ProveFailure {
    #[error(transparent)]
    Prove(#[from] ProveError),
    #[error("the new proof is refused: {0}")]
    Check(#[from] VerifyError),
}

impl From<ProveFailure> for ApiError {
    fn from(failure: ProveFailure) -> Self {
        match failure {
            ProveFailure::Prove(ProveError::Cancelled) => {
                Self::busy("there was no time to do this")
                    .with_help(
                        "send fewer images at once, or try again when less is asked of the server",
                    )
                    .because(Refusal::Time)
            }
            ProveFailure::Prove(error @ ProveError::Batch(_)) => {
                Self::new(StatusCode::PAYLOAD_TOO_LARGE, error)
                    .with_help("send fewer images at once")
            }
            failure => {
                tracing::error!(%failure, "no proof");
                Self::internal()
            }
        }
    }
}

/// The pixels of an image file, prepared for a network, and the file's address.
pub(crate) fn read_image(bytes: &[u8], keys: &Keys) -> Result<(Pixels, String), ApiError> {
    let preprocessing = keys.fast.model().preprocessing();
    let pixels = zklens_image::pixels(bytes, preprocessing)?;
    Ok((pixels, cid::of(bytes, CidVersion::V0).ipfs_uri()))
}

/// The same for several files, one after the other: a picture can take much more memory than its file.
pub(crate) fn read_images(
    files: &[Bytes],
    keys: &Keys,
    stopped: Stopped<'_>,
) -> Result<(Vec<Pixels>, Vec<String>), ApiError> {
    let images = files.iter().enumerate().map(|(index, file)| {
        if stopped() {
            return Err(ProveFailure::Prove(ProveError::Cancelled).into());
        }
        let image = read_image(file, keys);
        image.map_err(|error| match files.len() {
            1 => error,
            _ => error.about(format_args!("image {}", index + 1)),
        })
    });
    images.collect()
}

impl From<ImageError> for ApiError {
    fn from(error: ImageError) -> Self {
        let status = match error {
            ImageError::EmptyFile => StatusCode::BAD_REQUEST,
            ImageError::UnsupportedFormat { .. } | ImageError::UnknownFormat { .. } => {
                StatusCode::UNSUPPORTED_MEDIA_TYPE
            }
            ImageError::FileTooLarge { .. }
            | ImageError::Dimensions { .. }
            | ImageError::TooMuchMemory { .. } => StatusCode::PAYLOAD_TOO_LARGE,
            _ => StatusCode::UNPROCESSABLE_ENTITY,
        };
        Self::new(status, error)
    }
}

impl fmt::Debug for Engine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Engine").finish_non_exhaustive()
    }
}
