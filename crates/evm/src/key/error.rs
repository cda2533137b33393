use super::MAX_KEY_BYTES;
use zklens_layers::LayerError;

/// Why a key cannot become a contract's.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ExportError {
    /// The list of numbers of images is empty.
    #[error("a contract verifies proofs of some number of images; none is given")]
    NoBatch,
    /// A proof cannot be about this number of images.
    #[error("{images} images: {source}")]
    Batch {
        /// The number.
        images: usize,
        /// The reason.
        source: LayerError,
    },
    /// The logits have a height or a width.
    #[error("the logits have rows and columns; a contract takes a list of classes")]
    Logits,
    /// A number does not fit into its field of the key: a side of 65,536 or more, for example.
    #[error("the network has sides or layers that are too large for a contract's key")]
    TooLarge,
    /// The key has more bytes than [`MAX_KEY_BYTES`].
    #[error(
        "the contract's key takes {bytes} bytes; it may have {MAX_KEY_BYTES}: fewer rows of weights or fewer batch sizes take less"
    )]
    TooLong {
        /// Its length.
        bytes: usize,
    },
}
