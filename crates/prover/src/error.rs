//! Why nothing was proved.

use zklens_layers::LayerError;
use zklens_model::InputError;

/// Why nothing was proved.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ProveError {
    /// The shape of an image is not that of the network's input.
    #[error(transparent)]
    Image(#[from] InputError),
    /// The batch is empty or too large, or its labels do not belong to it.
    #[error(transparent)]
    Batch(#[from] LayerError),
    /// The callback for progress asked to stop.
    #[error("proving was cancelled")]
    Cancelled,
}
