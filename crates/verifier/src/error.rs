//! The reasons to refuse a proof, or images that are said to be a proof's.

use crate::key::ModelId;
use core::fmt::{self, Display, Formatter};
use zklens_commitment::OpeningError;
use zklens_layers::LayerError;
use zklens_transcript::TapeError;

/// Why a proof, or the images shown with it, were refused.
///
/// Whose fault it is: [`OtherModel`](Self::OtherModel), [`OtherSetup`](Self::OtherSetup) and
/// [`ShortSetup`](Self::ShortSetup) are the verifying side's, which chose the key and the setup. [`Inputs`](Self::Inputs),
/// [`Statement`](Self::Statement), [`Tape`](Self::Tape) and [`Opening`](Self::Opening) are the fault of whoever sent the
/// statement and the proof. [`Images`](Self::Images) and [`OtherPixels`](Self::OtherPixels) are the fault of whoever shows
/// the images: the proof remains true.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum VerifyError {
    /// The key belongs to a different model than the statement.
    #[error("the statement is about model {expected}, the key is of model {got}")]
    OtherModel {
        /// The model that the statement is about.
        expected: ModelId,
        /// The model of the key.
        got: ModelId,
    },
    /// The statement has too few or too many input commitments for its images.
    #[error("expected {expected} points of input commitments, got {got}")]
    Inputs {
        /// The number of commitments that this key uses for this number of images.
        expected: usize,
        /// The number of commitments in the statement.
        got: usize,
    },
    /// The labels do not fit the model, there are no images, or a proof for so many images or labels would exceed a limit.
    #[error(transparent)]
    Statement(#[from] LayerError),
    /// The proof's bytes cannot be read, at any step: they are too short, too long, or encode no scalar or point.
    #[error(transparent)]
    Tape(#[from] TapeError),
    /// The proof can be read, but it does not prove the statement.
    #[error(transparent)]
    Opening(OpeningError),
    /// The images were compared with a different setup than the proof was verified with.
    #[error("the setup differs from the one that the proof was verified with")]
    OtherSetup,
    /// The pixels, or the opening, do not belong to an input commitment.
    #[error("{}: not the pixels that were classified", Numbers(*first, *last))]
    OtherPixels {
        /// The first image that may differ, counted from 0. Images that share a commitment cannot be told apart.
        first: usize,
        /// The last image that may differ, counted from 0.
        last: usize,
    },
    /// There are too few or too many images to be those of the proof.
    #[error("the proof is about {expected} images, these are {got}")]
    Images {
        /// The number of images that the proof is about.
        expected: usize,
        /// The number of images to compare.
        got: usize,
    },
    /// The setup string is too short to commit to one of the key's vectors.
    #[error("the setup string has {got} powers; the key needs {expected}")]
    ShortSetup {
        /// The number of powers that the key needs: one more than a vector has cells.
        expected: usize,
        /// The number of powers in the setup string.
        got: usize,
    },
}

/// A malformed tape is the same fault in the opening as in the steps before it.
impl From<OpeningError> for VerifyError {
    fn from(error: OpeningError) -> Self {
        if let OpeningError::Tape(error) = error {
            Self::Tape(error)
        } else {
            Self::Opening(error)
        }
    }
}

/// Displays images `first` to `last`, counted from 0, with numbers from 1.
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
