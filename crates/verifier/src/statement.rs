//! What a proof says.

use crate::error::VerifyError;
use crate::key::ModelId;
use alloc::vec::Vec;
use tiny_keccak::{Hasher, Keccak};
use zklens_commitment::VerifierSetup;
use zklens_field::{Point, encode_point};
use zklens_layers::Layout;

/// Bytes that a proof is bound to and that mean nothing to it: a chain, a contract, a user, a nonce.
/// Whoever accepts proofs chooses them, so that a proof made for somebody else is no proof here.
pub type Context = [u8; 32];

/// What a proof says: this model gives the pixels in these commitments these labels.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statement {
    /// The model.
    pub model: ModelId,
    /// For each image of the batch, the position of its class.
    pub labels: Vec<usize>,
    /// Commitments to the pixels of all images, one for each row that these take. They hide them; see
    /// [`crate::InputOpening`].
    pub inputs: Vec<Point>,
    /// See [`Context`].
    pub context: Context,
}

const DOMAIN: &[u8] = b"zklens/statement";

impl Statement {
    /// What the transcript begins with: Keccak-256 of `"zklens/statement"`, the setup's digest, the
    /// model id, the context, the number of images, each label, the number of input commitments and these; numbers as
    /// 32 bytes, big-endian.
    #[must_use]
    pub fn digest(&self, setup: &VerifierSetup) -> [u8; 32] {
        let mut keccak = Keccak::v256();
        keccak.update(DOMAIN);
        keccak.update(setup.digest());
        keccak.update(&self.model.0);
        keccak.update(&self.context);
        keccak.update(&word(self.labels.len()));
        for label in &self.labels {
            keccak.update(&word(*label));
        }
        keccak.update(&word(self.inputs.len()));
        for point in &self.inputs {
            keccak.update(&encode_point(point));
        }
        let mut digest = [0; 32];
        keccak.finalize(&mut digest);
        digest
    }

    /// The input commitments, if there are as many as the images need.
    pub(crate) fn input_rows(&self, layout: &Layout) -> Result<&[Point], VerifyError> {
        let (expected, got) = (layout.vectors.pixels.len(), self.inputs.len());
        if got == expected {
            Ok(&self.inputs)
        } else {
            Err(VerifyError::Inputs { expected, got })
        }
    }
}

fn word(number: usize) -> [u8; 32] {
    let bytes = u64::try_from(number).unwrap_or(u64::MAX).to_be_bytes();
    let mut word = [0; 32];
    for (to, from) in word.iter_mut().rev().zip(bytes.iter().rev()) {
        *to = *from;
    }
    word
}
