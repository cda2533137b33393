//! A new proof.

use crate::text::{class, hex_word};
use serde::{Deserialize, Serialize};
use std::time::Duration;
use zklens_prover::Target;
use zklens_verifier::{Statement, VerifyingKey};

/// A layout of a model's weights, by the name that programs know it by: `fast` or `chain`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum LayoutName {
    /// Quicker to prove and to verify.
    #[default]
    Fast,
    /// Takes a contract less gas.
    Chain,
}

impl LayoutName {
    /// Both, the default first.
    pub const ALL: [Self; 2] = [Self::Fast, Self::Chain];

    /// The name as JSON has it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Fast => "fast",
            Self::Chain => "chain",
        }
    }
}

impl From<LayoutName> for Target {
    fn from(name: LayoutName) -> Self {
        match name {
            LayoutName::Fast => Self::Native,
            LayoutName::Chain => Self::Evm,
        }
    }
}

impl From<Target> for LayoutName {
    fn from(target: Target) -> Self {
        match target {
            Target::Native => Self::Fast,
            Target::Evm => Self::Chain,
        }
    }
}

/// The statement of a new proof, and how long it took. [`WrittenProof`] and [`SentProof`] add where the proof is.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ProofSummary {
    /// One for each image, in the order of the proof.
    pub images: Vec<ProvedImage>,
    /// The model's name.
    pub model: String,
    /// The model's id, `0x…`.
    pub model_id: String,
    /// The layout that was asked for, from the server.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub layout: Option<LayoutName>,
    /// The 32 bytes that the proof is bound to, `0x…`.
    pub context: String,
    /// Whether the file can show which images the proof is about.
    pub public: bool,
    /// How long proving took.
    pub prove_seconds: f64,
    /// How long verifying the new proof took.
    pub verify_seconds: f64,
}

/// An image that a proof is about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ProvedImage {
    /// The name of its file, on the command line.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// The IPFS address of its file.
    pub ipfs_uri: String,
    /// The label that the proof gives it.
    pub label: usize,
    /// The label's name.
    pub class: String,
}

/// An image file before the proof gives it a label.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// The name of the file, if it has one.
    pub file: Option<String>,
    /// The IPFS address of its bytes.
    pub ipfs_uri: String,
}

/// How long a proof took.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Times {
    /// To prove.
    pub proving: Duration,
    /// To verify.
    pub verifying: Duration,
}

impl ProofSummary {
    /// The summary of a proof of `statement` by the model of `key`, about the images of `sources`, in their order.
    ///
    /// Images without a label, or labels without an image, are left out.
    pub fn new(
        key: &VerifyingKey,
        statement: &Statement,
        sources: impl IntoIterator<Item = Source>,
        public: bool,
        times: Times,
    ) -> Self {
        let image = |(source, label): (Source, &usize)| ProvedImage {
            file: source.file,
            ipfs_uri: source.ipfs_uri,
            label: *label,
            class: class(key.classes(), *label),
        };
        Self {
            images: sources
                .into_iter()
                .zip(&statement.labels)
                .map(image)
                .collect(),
            model: key.name().to_owned(),
            model_id: hex_word(&key.id().0),
            layout: None,
            context: hex_word(&statement.context),
            public,
            prove_seconds: times.proving.as_secs_f64(),
            verify_seconds: times.verifying.as_secs_f64(),
        }
    }
}

/// A proof in a file, as `zklens prove --json` prints it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct WrittenProof {
    /// The name of the `.zkp` file.
    pub file: String,
    /// Its length in bytes.
    pub bytes: usize,
    /// The statement of the proof.
    #[serde(flatten)]
    pub summary: ProofSummary,
}

/// A proof in JSON, as `POST /api/prove` sends it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SentProof {
    /// The statement of the proof.
    #[serde(flatten)]
    pub summary: ProofSummary,
    /// The length of the `.zkp` file in bytes.
    pub bytes: usize,
    /// The `.zkp` file in base64.
    pub proof: String,
}
