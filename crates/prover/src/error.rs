//! Why nothing was proved.

use zklens_layers::LayerError;
use zklens_model::InputError;

/// Why nothing was proved.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ProveError {
    /// An image has another shape than the network takes.
    #[error(transparent)]
    Image(#[from] InputError),
    /// There are no images, too many, or labels that do not belong to them.
    #[error(transparent)]
    Batch(#[from] LayerError),
    /// The callback for progress asked to stop.
    #[error("proving was cancelled")]
    Cancelled,
}
