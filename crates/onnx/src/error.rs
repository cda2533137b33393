//! The reasons for which an import can be refused.

/// Why a network cannot be imported. An operator or attribute that zklens does not support is
/// refused, never approximated.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ImportError {
    /// The file is not an ONNX file, or is damaged.
    #[error("this is not a readable ONNX file: {reason}")]
    Malformed {
        /// The fault, or the kind of file that it is.
        reason: String,
    },
    /// The version of the operator set is not in [`crate::OPSETS`].
    #[error("the network uses ONNX opset {got}; opsets {} to {} are supported: export it again with one of those", crate::OPSETS.start(), crate::OPSETS.end())]
    Opset {
        /// The file's version of the default operator set.
        got: i64,
    },
    /// A tensor of weights cannot be read.
    #[error("the weights `{tensor}` cannot be read: the tensor {reason}")]
    Weights {
        /// The tensor's name.
        tensor: String,
        /// The reason, after the words "the tensor".
        reason: String,
    },
    /// A file beside the model cannot be read.
    #[error("weights lie in the file `{file}`, which {reason}")]
    External {
        /// The file's name, as the model gives it.
        file: String,
        /// The reason, after the word "which".
        reason: String,
    },
    /// A node is not supported.
    #[error(
        "node `{node}` ({operator}) cannot be imported: {reason}\nsupported operators: {}",
        crate::supported_operators()
    )]
    Unsupported {
        /// The node's name; if it has none, the name of its first output.
        node: String,
        /// The name of its operator.
        operator: String,
        /// The reason.
        reason: String,
    },
    /// The graph's input cannot be an image.
    #[error("the network's input cannot be an image: {reason}")]
    Input {
        /// The reason.
        reason: String,
    },
    /// The graph's output is not one logit per class.
    #[error("the network's output is not one logit per class: {reason}")]
    Output {
        /// The reason.
        reason: String,
    },
    /// The network cannot be calibrated with the images that were given.
    #[error("calibration: {reason}")]
    Calibration {
        /// The reason.
        reason: String,
    },
    /// A layer has no counterpart in the integer network.
    #[error("layer `{layer}` cannot be quantised: {reason}")]
    Quantise {
        /// The layer's name.
        layer: String,
        /// The reason.
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
