//! Why an import was refused.

/// Why a network cannot be imported. Nothing is approximated: what is not understood is refused.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ImportError {
    /// Not an ONNX file, or a damaged one.
    #[error("this is not a readable ONNX file: {reason}")]
    Malformed {
        /// What is wrong with it.
        reason: String,
    },
    /// An operator set outside [`crate::OPSETS`].
    #[error("the network uses ONNX opset {got}; opsets {} to {} are supported: export it again with one of those", crate::OPSETS.start(), crate::OPSETS.end())]
    Opset {
        /// The file's opset of the default domain.
        got: i64,
    },
    /// A tensor of weights that cannot be taken.
    #[error("the weights `{tensor}` cannot be read: the tensor {reason}")]
    Weights {
        /// The tensor's name.
        tensor: String,
        /// Why not.
        reason: String,
    },
    /// A file beside the model that cannot be read.
    #[error("weights lie in the file `{file}`, which {reason}")]
    External {
        /// Its name, as the model gives it.
        file: String,
        /// Why not.
        reason: String,
    },
    /// A node that cannot be imported.
    #[error(
        "node `{node}` ({operator}) cannot be imported: {reason}\nsupported operators: {}",
        crate::supported_operators()
    )]
    Unsupported {
        /// The node's name, or its first output where it has none.
        node: String,
        /// Its operator.
        operator: String,
        /// Why not.
        reason: String,
    },
    /// The graph's input is not an image.
    #[error("the network's input cannot be an image: {reason}")]
    Input {
        /// What is wrong with it.
        reason: String,
    },
    /// The graph's output is not one row of logits.
    #[error("the network's output is not one logit per class: {reason}")]
    Output {
        /// What is wrong with it.
        reason: String,
    },
    /// The calibration images do not fit.
    #[error("calibration: {reason}")]
    Calibration {
        /// What is wrong with them.
        reason: String,
    },
    /// The integer network cannot be built.
    #[error("layer `{layer}` cannot be quantised: {reason}")]
    Quantise {
        /// The layer's name.
        layer: String,
        /// Why not.
        reason: String,
    },
}

impl ImportError {
    pub(crate) fn malformed(reason: impl Into<String>) -> Self {
        Self::Malformed {
            reason: reason.into(),
        }
    }
}
