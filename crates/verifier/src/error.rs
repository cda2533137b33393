//! What can be wrong.

use crate::key::ModelId;
use core::fmt::{self, Display, Formatter};
use zklens_commitment::OpeningError;
use zklens_layers::LayerError;
use zklens_transcript::TapeError;

/// Why a proof was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum VerifyError {
    /// The key is another model's.
    #[error("the statement is about model {expected}, the key is of model {got}")]
    OtherModel {
        /// The statement's model.
        expected: ModelId,
        /// The key's.
        got: ModelId,
    },
    /// The statement has another number of input commitments than its images need.
    #[error("expected {expected} points of input commitments, got {got}")]
    Inputs {
        /// How many its labels ask for.
        expected: usize,
        /// How many there are.
        got: usize,
    },
    /// The statement has labels that the model has not, or the batch is too large.
    #[error(transparent)]
    Statement(#[from] LayerError),
    /// The bytes are not a proof tape.
    #[error(transparent)]
    Tape(#[from] TapeError),
    /// The proof does not prove the statement.
    #[error(transparent)]
    Opening(#[from] OpeningError),
    /// The setup is another than the proof was verified with.
    #[error("the setup is another than the proof was verified with")]
    OtherSetup,
    /// The pixels or the opening are not those of the input commitment.
    #[error("{}: not the pixels that were classified", Numbers(*first, *last))]
    OtherPixels {
        /// The first image of the batch that it may be, from 0. Images that share a row cannot be told apart.
        first: usize,
        /// The last.
        last: usize,
    },
    /// Pixels of more or fewer images than the proof is about.
    #[error("the proof is about {expected} images, these are {got}")]
    Images {
        /// How many the proof is about.
        expected: usize,
        /// How many are given.
        got: usize,
    },
    /// The setup has fewer powers than a row has columns.
    #[error("the setup string has {got} powers; the key needs {expected}")]
    ShortSetup {
        /// How many it takes.
        expected: usize,
        /// How many there are.
        got: usize,
    },
}

/// Images from the first to the last, counted from 0, as people count.
struct Numbers(usize, usize);

impl Display for Numbers {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let [first, last] = [self.0, self.1].map(|image| image.saturating_add(1));
        if first == last {
            write!(f, "image {first}")
        } else {
            write!(f, "one of the images {first} to {last}")
        }
    }
}

/// Why a verifying key was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum KeyError {
    /// The first four bytes are not `ZKLK`.
    #[error("not a verifying key: the file does not begin with `ZKLK`")]
    NotAKey,
    /// Written by another version.
    #[error(
        "the key has format version {got}; this program reads version {}",
        crate::key::KEY_VERSION
    )]
    Version {
        /// The file's version.
        got: u16,
    },
    /// Not what a key encodes to.
    #[error("the key file is malformed or not in canonical form")]
    Malformed,
    /// Larger than [`MAX_KEY_BYTES`](crate::MAX_KEY_BYTES).
    #[error("a key file of {got} bytes; the most is {limit}")]
    TooLong {
        /// The file's length in bytes.
        got: usize,
        /// The most there may be.
        limit: usize,
    },
    /// More than [`MAX_CIRCUIT_BYTES`](crate::MAX_CIRCUIT_BYTES).
    #[error("the key's circuit takes more than {limit} bytes")]
    CircuitTooLong {
        /// The most there may be.
        limit: usize,
    },
    /// More classes, tables, arrays, paths or steps than any key has, or, on a machine of 32 bits, a number that it does not
    /// hold.
    #[error("the key has a list or a number that is larger than any key's")]
    LongList,
    /// A commitment that is no point.
    #[error("commitment {row} of the key is not a point of the curve")]
    Point {
        /// Which.
        row: usize,
    },
    /// A circuit that fits nothing.
    #[error(transparent)]
    Circuit(#[from] LayerError),
    /// The key has another number of commitments than its circuit asks for.
    #[error("expected {expected} commitments to weights, got {got}")]
    Commitments {
        /// How many the circuit asks for.
        expected: usize,
        /// How many there are.
        got: usize,
    },
    /// The pixels or the classes are not as many as the circuit has, or a name is none that a model could
    /// have.
    #[error("the key's names or preprocessing do not fit its circuit")]
    Names,
    /// No columns, or more than any setup has powers for.
    #[error(
        "rows of {got} columns; they have 1 to {}",
        zklens_commitment::Columns::MAX.count()
    )]
    Columns {
        /// The key's number.
        got: usize,
    },
}

/// Why a proof file was refused before any proof was looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ProofFileError {
    /// The first four bytes are not `ZKLP`.
    #[error("not a proof: the file does not begin with `ZKLP`")]
    NotAProof,
    /// Written by another version.
    #[error(
        "the proof has format version {got}; this program reads version {}",
        crate::proof_file::PROOF_VERSION
    )]
    Version {
        /// The file's version.
        got: u16,
    },
    /// Larger than [`MAX_PROOF_BYTES`](crate::MAX_PROOF_BYTES).
    #[error("a proof file of {got} bytes; the most is {limit}")]
    TooLong {
        /// The file's length in bytes.
        got: usize,
        /// The most there may be.
        limit: usize,
    },
    /// More labels than a proof has images.
    #[error("a proof about more than {limit} images")]
    Images {
        /// The most there may be.
        limit: usize,
    },
    /// Not what a proof file encodes to.
    #[error("the proof file is malformed, truncated or not in canonical form")]
    Malformed,
}
