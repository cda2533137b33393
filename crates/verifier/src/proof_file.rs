//! The `.zkp` file: a statement with its proof.
//!
//! ```text
//! "ZKLP"      4 bytes
//! version     u16, little-endian
//! body        postcard: model id, labels, context, input commitments, proof tape, opening
//! ```

use crate::input::InputOpening;
use crate::key::ModelId;
use crate::statement::{Context, Statement};
use alloc::vec::Vec;
use serde::{Deserialize, Serialize};
use zklens_field::{
    POINT_BYTES, SCALAR_BYTES, decode_point, decode_scalar, encode_point, encode_scalar,
};
use zklens_frame::{Frame, FrameError};
use zklens_layers::at_most;
use zklens_layers::dims::MAX_IMAGES;

/// The version of proof files that this crate writes, and the only one it reads.
pub const PROOF_VERSION: u16 = 1;

/// The first four bytes of a proof file.
pub const PROOF_MAGIC: [u8; 4] = *b"ZKLP";

/// The largest proof file that is read, in bytes. The largest statement and proof are smaller.
pub const MAX_PROOF_BYTES: usize = 1 << 24;

const FRAME: Frame = Frame {
    magic: PROOF_MAGIC,
    version: PROOF_VERSION,
    max_bytes: MAX_PROOF_BYTES,
};

/// A statement with its proof.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProofFile {
    /// The statement that the proof proves.
    pub statement: Statement,
    /// The proof's tape: all messages of the prover, one after the other.
    pub proof: Vec<u8>,
    /// The secret random numbers in the input commitments, if the images are public. Whoever has the pixels can
    /// compare them.
    pub opening: Option<InputOpening>,
}

#[derive(Debug, Serialize, Deserialize)]
struct Body<'file> {
    model: ModelId,
    #[serde(deserialize_with = "at_most::<_, _, MAX_IMAGES>")]
    labels: Vec<u32>,
    context: Context,
    inputs: &'file [u8],
    proof: &'file [u8],
    opening: Option<Vec<[u8; SCALAR_BYTES]>>,
}

impl ProofFile {
    /// The file's bytes.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        FRAME.encode(&self.to_body())
    }

    fn to_body(&self) -> Vec<u8> {
        let statement = &self.statement;
        let labels = statement.labels.iter();
        let opening = self.opening.as_ref();
        let inputs: Vec<u8> = statement.inputs.iter().flat_map(encode_point).collect();
        let body = Body {
            model: statement.model,
            labels: labels
                .map(|label| u32::try_from(*label).unwrap_or(u32::MAX))
                .collect(),
            context: statement.context,
            inputs: &inputs,
            proof: &self.proof,
            opening: opening.map(|opening| opening.blindings.iter().map(encode_scalar).collect()),
        };
        // Writing to memory cannot fail: every type here has a known length.
        postcard::to_allocvec(&body).unwrap_or_default()
    }

    /// Reads a file.
    ///
    /// **Warning:** does not verify the proof; [`crate::verify`] does.
    ///
    /// # Errors
    ///
    /// The file differs from every file that [`Self::encode`] writes.
    pub fn decode(file: &[u8]) -> Result<Self, ProofFileError> {
        let read = |bytes| {
            let body: Body<'_> = postcard::from_bytes(bytes).map_err(|error| fault(&error))?;
            Self::of_body(&body).ok_or(ProofFileError::Malformed)
        };
        FRAME.decode(file, read, Self::to_body)
    }

    fn of_body(body: &Body<'_>) -> Option<Self> {
        let labels = body.labels.iter().map(|label| usize::try_from(*label).ok());
        let (inputs, []) = body.inputs.as_chunks::<POINT_BYTES>() else {
            return None;
        };
        let opening = match &body.opening {
            Some(scalars) => Some(InputOpening {
                blindings: scalars.iter().map(decode_scalar).collect::<Option<_>>()?,
            }),
            None => None,
        };
        Some(Self {
            statement: Statement {
                model: body.model,
                labels: labels.collect::<Option<_>>()?,
                inputs: inputs.iter().map(decode_point).collect::<Option<_>>()?,
                context: body.context,
            },
            proof: body.proof.to_vec(),
            opening,
        })
    }
}

/// The limit on labels is the only check of ours during decoding, so `SerdeDeCustom` means that it was exceeded.
fn fault(error: &postcard::Error) -> ProofFileError {
    match *error == postcard::Error::SerdeDeCustom {
        true => ProofFileError::Images { limit: MAX_IMAGES },
        false => ProofFileError::Malformed,
    }
}

/// Why a proof file was refused before any proof was looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ProofFileError {
    /// The first four bytes are not `ZKLP`.
    #[error("not a proof: the file does not begin with `ZKLP`")]
    NotAProof,
    /// The file has a different format version.
    #[error(
        "the proof has format version {got}; this program reads version {}",
        PROOF_VERSION
    )]
    Version {
        /// The version in the file.
        got: u16,
    },
    /// Larger than [`MAX_PROOF_BYTES`].
    #[error("a proof file of {got} bytes; the most is {limit}")]
    TooLong {
        /// The file's length in bytes.
        got: usize,
        /// The most bytes that a file may have.
        limit: usize,
    },
    /// The file has more labels than a batch may have images.
    #[error("a proof about more than {limit} images")]
    Images {
        /// The most images of one batch.
        limit: usize,
    },
    /// The body cannot be read, or [`ProofFile::encode`] would write it in other bytes.
    #[error("the proof file is malformed, truncated or not in canonical form")]
    Malformed,
}

impl From<FrameError> for ProofFileError {
    fn from(error: FrameError) -> Self {
        match error {
            FrameError::TooLong { limit, got } => Self::TooLong { got, limit },
            FrameError::Magic { .. } => Self::NotAProof,
            FrameError::Version { got, .. } => Self::Version { got },
            FrameError::Truncated { .. } | FrameError::NotCanonical => Self::Malformed,
        }
    }
}
