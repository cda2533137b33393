//! The `.zkp` file: a statement with its proof.
//!
//! ```text
//! "ZKLP"      4 bytes
//! version     u16, little-endian
//! body        postcard: model id, labels, context, input commitments, proof tape, opening
//! ```

use crate::error::ProofFileError;
use crate::input::InputOpening;
use crate::key::ModelId;
use crate::statement::{Context, Statement};
use alloc::vec::Vec;
use serde::{Deserialize, Serialize};
use zklens_field::{
    POINT_BYTES, SCALAR_BYTES, decode_point, decode_scalar, encode_point, encode_scalar,
};
use zklens_layers::at_most;
use zklens_layers::dims::MAX_IMAGES;

/// The version of proof files that this crate writes, and the only one it reads.
pub const PROOF_VERSION: u16 = 1;

/// How a proof file begins.
pub const PROOF_MAGIC: [u8; 4] = *b"ZKLP";

/// The largest proof file that is read, in bytes: enough for the most rows, their openings and all values.
pub const MAX_PROOF_BYTES: usize = 1 << 24;

/// A statement with its proof.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProofFile {
    /// What is proved.
    pub statement: Statement,
    /// The proof's tape.
    pub proof: Vec<u8>,
    /// What opens the input commitments, if the images are public.
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
        let mut file = PROOF_MAGIC.to_vec();
        file.extend(PROOF_VERSION.to_le_bytes());
        // Writing to memory cannot fail: every type here has a known length.
        file.extend(postcard::to_allocvec(&body).unwrap_or_default());
        file
    }

    /// Reads a file. Nothing is verified.
    ///
    /// # Errors
    ///
    /// The file is not exactly what [`Self::encode`] writes.
    pub fn decode(file: &[u8]) -> Result<Self, ProofFileError> {
        if file.len() > MAX_PROOF_BYTES {
            return Err(ProofFileError::TooLong {
                got: file.len(),
                limit: MAX_PROOF_BYTES,
            });
        }
        let (magic, rest) = file.split_first_chunk().ok_or(ProofFileError::NotAProof)?;
        if *magic != PROOF_MAGIC {
            return Err(ProofFileError::NotAProof);
        }
        let (version, rest) = rest.split_first_chunk().ok_or(ProofFileError::Malformed)?;
        let version = u16::from_le_bytes(*version);
        if version != PROOF_VERSION {
            return Err(ProofFileError::Version { got: version });
        }
        let body: Body<'_> = postcard::from_bytes(rest).map_err(|error| {
            // Only labels have a limit of their own.
            match error == postcard::Error::SerdeDeCustom {
                true => ProofFileError::Images { limit: MAX_IMAGES },
                false => ProofFileError::Malformed,
            }
        })?;
        let proof = Self::of_body(&body).ok_or(ProofFileError::Malformed)?;
        if proof.encode() == file {
            Ok(proof)
        } else {
            Err(ProofFileError::Malformed)
        }
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
