//! Statements, which proofs prove.

use crate::error::VerifyError;
use crate::key::ModelId;
use alloc::vec::Vec;
use tiny_keccak::{Hasher, Keccak};
use zklens_commitment::VerifierSetup;
use zklens_field::{Point, encode_point};
use zklens_layers::Layout;

/// Bytes that a proof is bound to, such as a hash of a chain, a contract, a user and a nonce. The protocol does not
/// interpret them.
///
/// Whoever accepts proofs chooses the context, so that a proof that was made for somebody else is refused.
pub type Context = [u8; 32];

/// The sentence that a proof proves: this model gives these labels to the pixels inside these commitments.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statement {
    /// The id of the model's verifying key.
    pub model: ModelId,
    /// The label of each image of the batch: the position of its class, from 0.
    pub labels: Vec<usize>,
    /// Commitments to the pixels of all images, one for each committed vector that the pixels fill. They hide the
    /// pixels; see [`crate::InputOpening`].
    pub inputs: Vec<Point>,
    /// The bytes that the verifying side chose; see [`Context`].
    pub context: Context,
}

const DOMAIN: &[u8] = b"zklens/statement";

impl Statement {
    /// The first value that the transcript absorbs: Keccak-256 of `"zklens/statement"`, the setup's digest, the
    /// model id, the context, the number of images, each label, the number of input commitments, and the
    /// commitments. Numbers are 32 bytes, big-endian.
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

    /// The input commitments, if they are as many as the pixels fill vectors.
    pub(crate) fn input_commitments(&self, layout: &Layout) -> Result<&[Point], VerifyError> {
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
