//! The objects of the JavaScript package; `apps/wasm/src/types.ts` has their TypeScript types.
//!
//! Absent fields are `undefined` there, and bytes are a `Uint8Array`.

use crate::text::{class, hex_word};
use crate::{KnownBy, LayoutName};
use serde::Serialize;
use zklens_model::{Classification, Model, Pixels};
use zklens_prover::Proved;
use zklens_verifier::{ProofFile, Verified, VerifyingKey};

/// A network.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ModelInfo {
    /// Its name.
    pub name: String,
    /// The name of each label.
    pub classes: Vec<String>,
    /// The width of its input, in pixels.
    pub width: u16,
    /// The height of its input, in pixels.
    pub height: u16,
    /// 1 for grey pixels, 3 for red, green and blue ones.
    pub channels: u16,
    /// How many weights and biases it has in all.
    pub parameters: usize,
    /// Its ids, if they are known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub model_id: Option<ModelIds>,
}

/// The two ids of a network, `0x…`, one for each layout of its weights.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ModelIds {
    /// In the layout [`LayoutName::Fast`].
    pub fast: String,
    /// In the layout [`LayoutName::Chain`].
    pub chain: String,
}

impl ModelInfo {
    /// The description of a network, whose ids are known or not.
    #[must_use]
    pub fn new(model: &Model, model_id: Option<ModelIds>) -> Self {
        let [channels, height, width] = model.preprocessing().shape();
        Self {
            name: model.name().to_owned(),
            classes: model.classes().to_vec(),
            width,
            height,
            channels,
            parameters: model.parameters(),
            model_id,
        }
    }
}

/// The label of an image, with the logits it comes from.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Execution {
    /// The IPFS address of the image file, if a file was given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ipfs_uri: Option<String>,
    /// How viewers turn or mirror the file's picture: EXIF's number, 2 to 8. Absent if the network sees it so, too.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exif_orientation: Option<u8>,
    /// The class with the largest logit.
    pub label: usize,
    /// Its name.
    pub class: String,
    /// One integer per class.
    pub logits: Vec<i64>,
    /// The softmax of the logits, one number per class. No proof says anything of them.
    pub probabilities: Vec<f64>,
    /// The input of the network: channel by channel, row by row.
    #[serde(with = "serde_bytes")]
    pub pixels: Vec<u8>,
    /// As in [`ModelInfo`].
    pub width: u16,
    /// As in [`ModelInfo`].
    pub height: u16,
    /// As in [`ModelInfo`].
    pub channels: u16,
}

impl Execution {
    /// The answer about `pixels`, for which `model` computed `result`.
    #[must_use]
    pub fn new(model: &Model, result: &Classification, pixels: &Pixels) -> Self {
        let [channels, height, width] = model.preprocessing().shape();
        Self {
            ipfs_uri: None,
            exif_orientation: None,
            label: result.label(),
            class: class(model.classes(), result.label()),
            logits: result.logits().to_vec(),
            probabilities: softmax(result),
            pixels: pixels.values().to_vec(),
            width,
            height,
            channels,
        }
    }

    /// The same answer, with the address of the file that the pixels come from, and with its orientation if the network
    /// did not apply it.
    #[must_use]
    pub fn with_file(self, ipfs_uri: String, exif_orientation: Option<u8>) -> Self {
        Self {
            ipfs_uri: Some(ipfs_uri),
            exif_orientation,
            ..self
        }
    }
}

/// `e^xᵢ / Σⱼ e^xⱼ` for logits `x`. The largest is subtracted from all first, so that no power overflows.
fn softmax(result: &Classification) -> Vec<f64> {
    let unit = f64::from(result.scale()).exp2();
    let logits: Vec<f64> = result.logits().iter().map(|x| *x as f64 / unit).collect();
    let largest = logits.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let powers: Vec<f64> = logits.iter().map(|x| (x - largest).exp()).collect();
    let sum: f64 = powers.iter().sum();
    powers.into_iter().map(|power| power / sum).collect()
}

/// A new proof.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Proof {
    /// The `.zkp` file.
    #[serde(with = "serde_bytes")]
    pub file: Vec<u8>,
    /// The length of the proof itself in bytes; the rest of the file is the statement and the opening.
    pub proof_bytes: usize,
    /// The id of the network, `0x…`.
    pub model_id: String,
    /// The 32 bytes that the proof is bound to, `0x…`.
    pub context: String,
    /// For each image, the label that the network gives it.
    pub labels: Vec<usize>,
    /// For each image, the label's name.
    pub classes: Vec<String>,
}

impl Proof {
    /// A proof by the network of `key`. If `is_public`, its file can show which images it is about.
    #[must_use]
    pub fn new(key: &VerifyingKey, proved: Proved, is_public: bool) -> Self {
        let Proved {
            statement,
            proof,
            opening,
        } = proved;
        Self {
            proof_bytes: proof.len(),
            model_id: hex_word(&key.id().0),
            context: hex_word(&statement.context),
            classes: names(key, &statement.labels),
            labels: statement.labels.clone(),
            file: ProofFile {
                statement,
                proof,
                opening: is_public.then_some(opening),
            }
            .encode(),
        }
    }
}

/// The claim of a proof file. Nothing of it is verified.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Inspection {
    /// The id of the network, `0x…`.
    pub model_id: String,
    /// The network's name, if it comes with zklens.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    /// The layout of its weights, if it comes with zklens.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub layout: Option<LayoutName>,
    /// For each image, the label that the network is claimed to give it.
    pub labels: Vec<usize>,
    /// For each image, the label's name, if the network comes with zklens.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub classes: Option<Vec<String>>,
    /// The 32 bytes that the proof is bound to, `0x…`.
    pub context: String,
    /// How many images the proof is about.
    pub images: usize,
    /// Whether the file can show which images these are.
    pub public: bool,
    /// The length of the proof itself in bytes.
    pub proof_bytes: usize,
}

impl Inspection {
    /// The claim of `file`; `shipped` is the key and layout of its network, if that comes with zklens.
    #[must_use]
    pub fn new(file: &ProofFile, shipped: Option<(&VerifyingKey, LayoutName)>) -> Self {
        let statement = &file.statement;
        let key = shipped.map(|(key, _)| key);
        Self {
            model_id: hex_word(&statement.model.0),
            model: key.map(|key| key.name().to_owned()),
            layout: shipped.map(|(_, layout)| layout),
            labels: statement.labels.clone(),
            classes: key.map(|key| names(key, &statement.labels)),
            context: hex_word(&statement.context),
            images: statement.labels.len(),
            public: file.opening.is_some(),
            proof_bytes: file.proof.len(),
        }
    }
}

/// The statement of a true proof.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Verification {
    /// The network's name.
    pub model: String,
    /// Its id, `0x…`.
    pub model_id: String,
    /// Why the id is believed to be that network's.
    pub known_by: KnownBy,
    /// For each image, the label that the network gives it.
    pub labels: Vec<usize>,
    /// For each image, the label's name.
    pub classes: Vec<String>,
    /// The 32 bytes that the proof is bound to, `0x…`.
    pub context: String,
    /// The layout of the network's weights. A key file does not say which it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub layout: Option<LayoutName>,
}

impl Verification {
    /// The answer about a proof that was verified with `key`.
    #[must_use]
    pub fn new(
        evidence: &Verified,
        key: &VerifyingKey,
        known_by: KnownBy,
        layout: Option<LayoutName>,
    ) -> Self {
        let statement = evidence.statement();
        Self {
            model: key.name().to_owned(),
            model_id: hex_word(&statement.model.0),
            known_by,
            labels: statement.labels.clone(),
            classes: names(key, &statement.labels),
            context: hex_word(&statement.context),
            layout,
        }
    }
}

/// For each label, its name.
fn names(key: &VerifyingKey, labels: &[usize]) -> Vec<String> {
    let names = labels.iter().map(|label| class(key.classes(), *label));
    names.collect()
}
