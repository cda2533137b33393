use super::MAX_KEY_BYTES;
use zklens_layers::LayerError;

/// Why a key has no contract.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ExportError {
    /// No number of images.
    #[error("a contract verifies proofs of some number of images; none is given")]
    NoBatch,
    /// There is no proof about so many images.
    #[error("{images} images: {source}")]
    Batch {
        /// How many.
        images: usize,
        /// Why.
        source: LayerError,
    },
    /// The logits are no list.
    #[error("the logits have rows and columns; a contract takes a list of classes")]
    Logits,
    /// A side of 65,536 or more, or such.
    #[error("the network has sides or layers that are too large for a contract's key")]
    TooLarge,
    /// More bytes than a contract may have.
    #[error(
        "the contract's key takes {bytes} bytes; it may have {MAX_KEY_BYTES}: fewer rows of weights or fewer batch sizes take less"
    )]
    TooLong {
        /// How many it takes.
        bytes: usize,
    },
}
