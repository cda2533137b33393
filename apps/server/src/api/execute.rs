//! `POST /api/execute`: an image file → its label and address, unproved.

use crate::app::App;
use crate::engine::{Stopped, read_image};
use crate::error::ApiError;
use crate::keys::Keys;
use crate::queue::Size;
use crate::upload::Upload;
use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use serde::Deserialize;
use std::sync::Arc;
use zklens_answers::Execution;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Parameters {
    model: Option<String>,
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
    place.work(Size::Ordinary, deadline, work).await.map(Json)
}

fn execution(keys: &Keys, image: &[u8]) -> Result<Execution, ApiError> {
    let (pixels, ipfs_uri) = read_image(image, keys)?;
    let model = keys.fast.model();
    let classified = model.classify(&pixels);
    let result =
        classified.map_err(|error| ApiError::new(StatusCode::UNPROCESSABLE_ENTITY, error))?;
    Ok(Execution::new(model, &model.digest(), &result, ipfs_uri))
}
