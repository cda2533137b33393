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
