//! Proving.

use crate::{Error, Network, context, keys};
use getrandom::SysRng;
use getrandom::rand_core::UnwrapErr;
use std::ops::ControlFlow;
use zklens_answers::hex_word;
use zklens_answers::javascript::Proof;
use zklens_commitment::Setup;
use zklens_model::Pixels;
use zklens_prover::{Progress, ProveError, Proved, ProvingKey, Target, prove_with};
use zklens_verifier::verify;

/// The stages of proving, in order: the first when a [`Prover`] is made, the others for every proof.
pub const STAGES: [&str; 7] = [
    "key", "witness", "commit", "lookups", "sumcheck", "opening", "check",
];

/// The index of the check in [`STAGES`].
const CHECK: usize = STAGES.len() - 1;

/// A network with its proving key.
#[derive(Clone, Debug)]
pub struct Prover {
    network: Network,
    key: ProvingKey,
}

impl Prover {
    /// Derives the key of a network.
    ///
    /// # Errors
    ///
    /// The network cannot be proved.
    pub fn new(network: &Network, layout: Target) -> Result<Self, Error> {
        let key = keys::derive(network.model(), layout)?;
        network.learn(layout, key.verifying().clone());
        Ok(Self {
            network: network.clone(),
            key,
        })
    }

    /// The id of the network in this layout.
    #[must_use]
    pub fn model_id(&self) -> String {
        hex_word(&self.key.verifying().id().0)
    }

    /// Proves which label the network gives each image, and verifies the new proof. An image is given as its pixels.
    /// `progress` gets the index of each stage in [`STAGES`] before it begins.
    ///
    /// # Errors
    ///
    /// The list of images is empty or too long, an image has the wrong number of pixels, the context is not 32 bytes, or
    /// `progress` broke.
    pub fn prove(
        &self,
        images: Vec<Vec<u8>>,
        context: Option<&str>,
        is_public: bool,
        progress: &mut dyn FnMut(usize) -> ControlFlow<()>,
    ) -> Result<Proof, Error> {
        let context = context::parse(context)?;
        let counted = images.into_iter().enumerate();
        let checked = counted.map(|(image, values)| self.network.pixels(image, values));
        let images = checked.collect::<Result<Vec<_>, _>>()?;
        let setup = keys::setup()?;
        let mut last = None;
        let mut begins = |report: Progress| {
            if last.replace(report.stage) == Some(report.stage) {
                return ControlFlow::Continue(());
            }
            // The key comes before the prover's stages.
            progress(1 + report.stage.index())
        };
        let outcome = prove_with(
            setup,
            &self.key,
            &images,
            context,
            &mut randomness()?,
            &mut begins,
        );
        let proved = outcome.map_err(|error| match error {
            ProveError::Cancelled => Error::Cancelled,
            error => Error::Batch(error),
        })?;
        if progress(CHECK).is_break() {
            return Err(Error::Cancelled);
        }
        self.check(setup, &images, &proved)?;
        Ok(Proof::new(self.key.verifying(), proved, is_public))
    }

    /// Verifies the proof and its opening as a stranger would.
    fn check(&self, setup: &Setup, images: &[Pixels], proved: &Proved) -> Result<(), Error> {
        let key = self.key.verifying();
        let statement = proved.statement.clone();
        let outcome = verify(setup.verifier(), key, statement, &proved.proof);
        let verified = outcome.map_err(Error::Defect)?;
        let checked = verified.check_pixels(setup, key, images, &proved.opening);
        checked.map_err(Error::Defect)
    }
}

/// The platform's source of randomness, after a test that it works.
fn randomness() -> Result<UnwrapErr<SysRng>, Error> {
    getrandom::fill(&mut [0; 32]).map_err(|error| Error::Randomness {
        cause: error.to_string(),
    })?;
    Ok(UnwrapErr(SysRng))
}
