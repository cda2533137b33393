//! `POST /api/execute`: an image file → its label and address, unproved.

use super::{class, hex};
use crate::app::App;
use crate::engine::{Keys, Stopped, read_image};
use crate::error::ApiError;
use crate::upload::Upload;
use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Parameters {
    model: Option<String>,
}

/// As `zklens execute --json` prints it, without a file.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Execution {
    ipfs_uri: String,
    label: usize,
    class: String,
    runner_up: RunnerUp,
    /// A logit `X` stands for `X · 2^-logitScale`.
    logits: Vec<i64>,
    logit_scale: i32,
    model: String,
    model_digest: String,
}

#[derive(Debug, Serialize)]
struct RunnerUp {
    label: usize,
    class: String,
    /// By how much the label's logit is larger.
    margin: f64,
}

pub(super) async fn execute(
    State(app): State<Arc<App>>,
    parameters: Result<Query<Parameters>, QueryRejection>,
    upload: Upload,
) -> Result<Json<Execution>, ApiError> {
    let deadline = app.deadline();
    let Query(parameters) = parameters?;
    let keys = app.engine.model(parameters.model.as_deref())?;
    upload.expect_images(&app.limits)?;
    let client = upload.client();
    let sent = upload.image(&app, deadline).await?;
    let place = app.others.enter(client)?;
    let work = move |_: Stopped<'_>| {
        let image = sent.images.first().map_or(&[][..], |image| image);
        execution(&keys, image)
    };
    place.work(deadline, work).await.map(Json)
}

fn execution(keys: &Keys, image: &[u8]) -> Result<Execution, ApiError> {
    let (pixels, ipfs_uri) = read_image(image, keys)?;
    let model = keys.fast.model();
    let result = model.classify(&pixels);
    let result = result.map_err(|error| ApiError::new(StatusCode::UNPROCESSABLE_ENTITY, error))?;
    Ok(Execution {
        ipfs_uri,
        label: result.label(),
        class: class(model.classes(), result.label()),
        runner_up: RunnerUp {
            label: result.runner_up(),
            class: class(model.classes(), result.runner_up()),
            margin: result.margin() as f64 * f64::from(-result.scale()).exp2(),
        },
        logits: result.logits().to_vec(),
        logit_scale: result.scale(),
        model: model.name().into(),
        model_digest: hex(&model.digest()),
    })
}
