//! Errors, in words for people.

use zklens_answers::hex_word;
use zklens_evm::abi::AbiError;
use zklens_image::ImageError;
use zklens_model::FileError;
use zklens_prover::{KeygenError, ProveError};
use zklens_verifier::{Context, KeyError, ModelId, ProofFileError, VerifyError};

/// The error of a call. Its text is one or two sentences for people; [`Self::name`] is for programs.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The image file cannot be decoded.
    #[error(transparent)]
    Image(#[from] ImageError),
    /// The number of pixels is not the one that the network takes.
    #[error(
        "image {image} has {got} bytes, the network takes {expected} pixels: for an image file, take the pixels \
         that `execute` gives"
    )]
    Pixels {
        /// Which image, from 1.
        image: usize,
        /// How many bytes it has.
        got: usize,
        /// How many the network takes.
        expected: usize,
    },
    /// No network of this name comes with the package.
    #[error("no network called {name:?} comes with zklens: {} do", names())]
    UnknownModel {
        /// The name that was asked for.
        name: String,
    },
    /// The file is not a valid model.
    #[error(transparent)]
    Model(#[from] FileError),
    /// The network cannot be proved.
    #[error("this network can be run but not proved: {0}")]
    Keygen(#[from] KeygenError),
    /// The list of images is empty or too long.
    #[error(transparent)]
    Batch(ProveError),
    /// `onStage` returned `false`.
    #[error("proving was cancelled")]
    Cancelled,
    /// The platform has no randomness.
    #[error("this platform gives no randomness, without which a proof would hide nothing: {cause}")]
    Randomness {
        /// The platform's own message.
        cause: String,
    },
    /// A proof that was just made is false.
    #[error("the new proof is false; this is a defect of zklens, please report it: {0}")]
    Defect(VerifyError),
    /// The file is not a valid proof.
    #[error(transparent)]
    ProofFile(#[from] ProofFileError),
    /// The file is not a valid key.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// The proof is about a network that does not come with the package.
    #[error(
        "the proof is about a network that does not come with zklens: give the network or its verifying key. \
         Its model id is {}", hex_word(&id.0)
    )]
    UnknownNetwork {
        /// The id of that network.
        id: ModelId,
    },
    /// The proof is not about the network that was given.
    #[error("the proof is about model {}, not about {name}, which is {}", hex_word(&expected.0), hex_word(&got.0))]
    OtherNetwork {
        /// The id in the proof.
        expected: ModelId,
        /// The given network's name.
        name: String,
        /// The given network's id.
        got: ModelId,
    },
    /// A proof is false.
    #[error("the proof is false: {0}")]
    False(VerifyError),
    /// The text is not 32 bytes in hexadecimal digits.
    #[error("a context is 32 bytes, as 64 hexadecimal digits after 0x, not {text:?}")]
    Context {
        /// The text that was given.
        text: String,
    },
    /// The proof is made for a different context.
    #[error(
        "the proof is made for a different context: expected {}, got {}",
        hex_word(expected),
        hex_word(got)
    )]
    OtherContext {
        /// The context that was asked for.
        expected: Context,
        /// The context in the proof.
        got: Context,
    },
    /// The name of a layout is neither `fast` nor `chain`.
    #[error("a layout is \"fast\" or \"chain\", not {text:?}")]
    Layout {
        /// The text that was given.
        text: String,
    },
    /// The proof has no opening, so it can show no image.
    #[error("the images stay hidden: this proof has no opening to compare an image with")]
    Hidden,
    /// The number of images is not that of the proof.
    #[error(
        "the proof is about {expected} images, {got} were given: give all, in the order in which they were proved"
    )]
    ImageCount {
        /// How many the proof has.
        expected: usize,
        /// How many were given.
        got: usize,
    },
    /// The image is not the one that was classified.
    #[error("{}: the network would see other pixels", other_image(*first, *last))]
    OtherImage {
        /// The first image that may differ, from 1. Images that share a commitment cannot be told apart.
        first: usize,
        /// The last image that may differ.
        last: usize,
    },
    /// The setup is too short to compare images with.
    #[error(transparent)]
    Setup(VerifyError),
    /// The proof cannot be written as calldata.
    #[error(transparent)]
    Calldata(#[from] AbiError),
    /// An argument has the wrong type or value.
    #[error("{argument} is not {expected}")]
    Argument {
        /// The name of the argument.
        argument: &'static str,
        /// The type or value that it should have.
        expected: &'static str,
    },
    /// A result cannot be converted to JavaScript.
    #[error("{cause}")]
    Number {
        /// The reason that the conversion gives.
        cause: String,
    },
}

impl Error {
    /// The `name` of the JavaScript error.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Image(_) | Self::Pixels { .. } => "BadImage",
            Self::UnknownModel { .. } => "UnknownModel",
            Self::Model(_) => "BadModel",
            Self::Keygen(_) => "CannotProve",
            Self::Batch(_) => "BadBatch",
            Self::Cancelled => "Cancelled",
            Self::Randomness { .. } => "NoRandomness",
            Self::Defect(_) | Self::Setup(_) | Self::Number { .. } => "Defect",
            Self::ProofFile(_) => "BadProof",
            Self::Key(_) => "BadKey",
            Self::UnknownNetwork { .. } => "UnknownNetwork",
            Self::OtherNetwork { .. } => "OtherNetwork",
            Self::False(_) => "FalseProof",
            Self::Context { .. } | Self::Layout { .. } | Self::Argument { .. } => "BadArgument",
            Self::OtherContext { .. } => "OtherContext",
            Self::Hidden => "HiddenImages",
            Self::ImageCount { .. } | Self::OtherImage { .. } => "OtherImage",
            Self::Calldata(_) => "NoCalldata",
        }
    }

    /// The `message` of the JavaScript error: the text of the error, with a capital letter and a full stop.
    #[must_use]
    pub fn message(&self) -> String {
        let text = self.to_string();
        let mut letters = text.chars();
        let first = letters.next().map(|letter| letter.to_uppercase());
        let mut sentence: String = first.into_iter().flatten().chain(letters).collect();
        if !sentence.ends_with(['.', '?', '!']) {
            sentence.push('.');
        }
        sentence
    }
}

fn other_image(first: usize, last: usize) -> String {
    if first == last {
        return format!("this is not image {first} of the proof");
    }
    format!("these are not images {first} to {last} of the proof, or not in this order")
}

fn names() -> String {
    zklens_models::ALL.map(|shipped| shipped.name).join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_are_sentences() {
        let message = |error: Error| error.message();
        assert_eq!(message(Error::Cancelled), "Proving was cancelled.");
        let empty = Error::Image(ImageError::EmptyFile);
        assert_eq!(
            message(empty),
            "The image file is empty: was it downloaded completely?"
        );
        let other = |first, last| message(Error::OtherImage { first, last });
        assert_eq!(
            other(3, 3),
            "This is not image 3 of the proof: the network would see other pixels."
        );
        assert_eq!(
            other(1, 4),
            "These are not images 1 to 4 of the proof, or not in this order: the network would see other pixels."
        );
        let unknown = Error::UnknownModel {
            name: "lenet".into(),
        };
        assert_eq!(
            message(unknown),
            "No network called \"lenet\" comes with zklens: fashion-mlp, mnist-cnn do."
        );
    }
}
