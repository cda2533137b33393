//! The setup, the models and the keys, and everything that is computed with them. Nothing in here knows HTTP.

use crate::error::{ApiError, Refusal};
use crate::keys::{EngineError, Keys, check_names};
use axum::body::Bytes;
use axum::http::StatusCode;
use getrandom::SysRng;
use getrandom::rand_core::UnwrapErr;
use std::fmt;
use std::ops::ControlFlow;
use std::sync::Arc;
use std::time::{Duration, Instant};
use zklens_answers::Times;
use zklens_commitment::Setup;
use zklens_image::{CidVersion, ImageError, cid};
use zklens_model::{Model, Pixels};
use zklens_prover::{Progress, ProveError, Proved, ProvingKey, Target, prove_with};
use zklens_verifier::{Context, VerifyError, verify};

/// The setup, and the keys of all networks. All requests share it.
pub struct Engine {
    setup: Setup,
    models: Vec<Arc<Keys>>,
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

/// Is told how far a proof is, and how long it has taken.
pub(crate) type Tell<'a> = &'a dyn Fn(Progress, Duration);

impl Engine {
    /// Decodes the setup and derives the keys of the networks that come with zklens.
    ///
    /// # Errors
    ///
    /// A file that comes with zklens is damaged, or the system has no randomness.
    pub fn new() -> Result<Self, EngineError> {
        let shipped = zklens_models::ALL
            .iter()
            .map(zklens_models::Shipped::decode);
        Self::with_models(shipped.collect::<Result<_, _>>()?)
    }

    /// The same for other networks. The first is the default of requests.
    ///
    /// # Errors
    ///
    /// [`EngineError::Keys`] if a network cannot be proved, [`EngineError::Name`] or [`EngineError::SameName`] if a request could
    /// not name it, and those of [`Self::new`].
    ///
    /// # Panics
    ///
    /// If the list is empty.
    pub fn with_models(models: Vec<Model>) -> Result<Self, EngineError> {
        assert!(!models.is_empty(), "a network to serve");
        getrandom::fill(&mut [0; 32]).map_err(EngineError::Randomness)?;
        check_names(&models)?;
        let setup = Setup::decode(zklens_setup::STRING, &zklens_setup::TAU_G2)?;
        let keys = models
            .into_iter()
            .map(|model| Keys::new(&setup, model).map(Arc::new));
        Ok(Self {
            models: keys.collect::<Result<_, _>>()?,
            setup,
        })
    }

    pub(crate) fn models(&self) -> &[Arc<Keys>] {
        &self.models
    }

    pub(crate) const fn setup(&self) -> &Setup {
        &self.setup
    }

    /// The network of this name, or the first if no name is given.
    pub(crate) fn model(&self, name: Option<&str>) -> Result<Arc<Keys>, ApiError> {
        let is_meant = |keys: &&Arc<Keys>| name.is_none_or(|name| keys.name() == name);
        let found = self.models.iter().find(is_meant);
        found.cloned().ok_or_else(|| {
            let known: Vec<&str> = self.models.iter().map(|keys| keys.name()).collect();
            ApiError::bad_request("model: there is no network of this name here")
                .with_help(format!("choose one of {}", known.join(", ")))
        })
    }

    /// Proves, and verifies the proof as a stranger would.
    pub(crate) fn prove(
        &self,
        keys: &Keys,
        order: &Order,
        stopped: Stopped<'_>,
        tell: Tell<'_>,
    ) -> Result<Done, ApiError> {
        let key = keys.of_layout(order.layout)?;
        let started = Instant::now();
        let mut progress = |progress| {
            tell(progress, started.elapsed());
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
        )
        .map_err(ProveFailure::Prove)?;
        let proving = started.elapsed();
        let checked = self.check(key, &order.images, &proved);
        checked.map_err(ProveFailure::Check)?;
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
    Prove(ProveError),
    #[error("the new proof is refused: {0}")]
    Check(VerifyError),
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
