//! A proof that is true.

use crate::text::{class, hex_word};
use serde::Serialize;
use zklens_verifier::{ProofFile, Verified, VerifyingKey};

/// The statement of a true proof, and how much of it was compared with the verifier's expectations.
///
/// `zklens verify --json` prints it, with names of files; `POST /api/verify` sends it, without. [`Self::new`] takes
/// the evidence that only [`zklens_verifier::verify`] makes, so no program answers `"verified": true` without it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Verification {
    verified: bool,
    /// One for each image, in the order of the proof.
    pub images: Vec<VerifiedImage>,
    /// The model's name.
    pub model: String,
    /// The model's id, `0x…`.
    pub model_id: String,
    /// Why the id is believed to be that model's.
    pub model_known_by: KnownBy,
    /// The 32 bytes that the proof is bound to, `0x…`.
    pub context: String,
    /// Whether they were compared with a context that was expected.
    pub context_checked: bool,
}

/// Why a model id is believed to be the id of the model with that name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum KnownBy {
    /// It was derived from a network that comes with zklens.
    Shipped,
    /// It was derived from a network that was given.
    Model,
    /// A key file says so, and a key file can say anything.
    Key,
}

/// An image of a true proof.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct VerifiedImage {
    /// The label that the network gives it.
    pub label: usize,
    /// The label's name.
    pub class: String,
    /// How much the proof shows of the image besides its label.
    pub shown: Shown,
    /// The file that was compared with the image, if one was.
    #[serde(flatten)]
    pub file: Option<Compared>,
}

/// How much a proof shows of an image besides its label.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Shown {
    /// Nothing: the proof file has no opening.
    Hidden,
    /// The proof file has an opening. It was not checked, because that takes the image.
    NotCompared,
    /// The proof file has an opening that does not fit the proof, so it can show no image.
    Broken,
    /// The image is the file that was given.
    Compared,
}

/// A file that is the image that was classified.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Compared {
    /// The file's name, on the command line.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// The IPFS address of the file.
    pub ipfs_uri: String,
}

/// An image of a claim, whose label has a name only if the model is known.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ClaimedImage {
    /// The label that the claim gives it.
    pub label: usize,
    /// The label's name.
    pub class: Option<String>,
}

impl Verification {
    /// The answer about a proof file that was verified with `key`.
    ///
    /// `evidence` is of the proof in `file`; `compared` has the files that were compared with its images, in their
    /// order, or none.
    #[must_use]
    pub fn new(
        evidence: &Verified,
        file: &ProofFile,
        key: &VerifyingKey,
        known_by: KnownBy,
        compared: Vec<Compared>,
    ) -> Self {
        let statement = evidence.statement();
        let not_compared = match opening_fits(file) {
            None => Shown::Hidden,
            Some(true) => Shown::NotCompared,
            Some(false) => Shown::Broken,
        };
        let mut files = compared.into_iter();
        let image = |label: &usize| {
            let file = files.next();
            VerifiedImage {
                label: *label,
                class: class(key.classes(), *label),
                shown: match file {
                    Some(_) => Shown::Compared,
                    None => not_compared,
                },
                file,
            }
        };
        Self {
            verified: true,
            images: statement.labels.iter().map(image).collect(),
            model: key.name().to_owned(),
            model_id: hex_word(&key.id().0),
            model_known_by: known_by,
            context: hex_word(&statement.context),
            context_checked: false,
        }
    }

    /// The same answer, after the proof's context was compared with the one that was expected.
    #[must_use]
    pub fn with_context_checked(self, context_checked: bool) -> Self {
        Self {
            context_checked,
            ..self
        }
    }
}

/// Whether the opening in a proof file has a value for each input commitment; `None` if the file has no opening.
///
/// Decoding has checked that the values are scalars. Only a comparison with the pixels tells whether they open the
/// commitments.
#[must_use]
pub fn opening_fits(file: &ProofFile) -> Option<bool> {
    let opening = file.opening.as_ref()?;
    Some(opening.blindings.len() == file.statement.inputs.len())
}
