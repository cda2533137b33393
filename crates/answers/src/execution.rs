//! The answer of a network about an image.

use crate::text::{class, hex, real};
use serde::Serialize;
use zklens_model::{Classification, Model};

/// The label of one image, with the logits it comes from: computed and not proved.
///
/// `zklens execute --json` prints it, with `file`; `POST /api/execute` sends it, without.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Execution {
    /// The name of the image file, on the command line.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// The IPFS address of the file's bytes: `ipfs://…`.
    pub ipfs_uri: String,
    /// The class with the largest logit.
    pub label: usize,
    /// Its name.
    pub class: String,
    /// The class with the second largest logit.
    pub runner_up: RunnerUp,
    /// One integer per class; a logit `X` stands for `X · 2^-logitScale`.
    pub logits: Vec<i64>,
    /// The scale of the logits.
    pub logit_scale: i32,
    /// The model's name.
    pub model: String,
    /// The digest of the model's file, in hexadecimal digits.
    pub model_digest: String,
}

/// The class that came second.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct RunnerUp {
    /// Its number.
    pub label: usize,
    /// Its name.
    pub class: String,
    /// By how much the first class's logit is larger, as a real number.
    pub margin: f64,
}

impl Execution {
    /// The answer about an image at `ipfs_uri`, for which `model` computed `result`.
    ///
    /// `digest` is [`Model::digest`] of `model`. Computing it takes as long as writing the model's file, so a program
    /// that classifies many images computes it once.
    #[must_use]
    pub fn new(
        model: &Model,
        digest: &[u8; 32],
        result: &Classification,
        ipfs_uri: String,
    ) -> Self {
        let runner_up = result.runner_up();
        Self {
            file: None,
            ipfs_uri,
            label: result.label(),
            class: class(model.classes(), result.label()),
            runner_up: RunnerUp {
                label: runner_up,
                class: class(model.classes(), runner_up),
                margin: real(result.margin(), result.scale()),
            },
            logits: result.logits().to_vec(),
            logit_scale: result.scale(),
            model: model.name().to_owned(),
            model_digest: hex(digest),
        }
    }

    /// The same answer, with the name of the image file.
    #[must_use]
    pub fn with_file(self, name: String) -> Self {
        Self {
            file: Some(name),
            ..self
        }
    }
}
