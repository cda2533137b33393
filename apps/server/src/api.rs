//! The routes of the API.

mod context;
mod execute;
mod jobs;
mod models;
mod prove;
mod verify;

use crate::app::App;
use crate::error::ApiError;
use crate::metrics::MEDIA_TYPE;
use axum::Json;
use axum::extract::State;
use axum::extract::rejection::QueryRejection;
use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;
use axum::routing::{MethodRouter, get, post};
use serde::Serialize;
use std::sync::Arc;

/// The description of all routes, which a test compares with [`routes`].
const OPENAPI: &str = include_str!("openapi.json");

/// Every route of the API.
pub(crate) fn routes() -> Vec<(&'static str, MethodRouter<Arc<App>>)> {
    vec![
        ("/api/models", get(models::models)),
        ("/api/execute", post(execute::execute)),
        ("/api/prove", post(prove::prove)),
        ("/api/verify", post(verify::verify)),
        ("/api/jobs/{id}", get(jobs::look).delete(jobs::cancel)),
        ("/api/openapi.json", get(openapi)),
        ("/healthz", get(healthz)),
        ("/metrics", get(metrics)),
    ]
}

async fn openapi() -> impl IntoResponse {
    ([(CONTENT_TYPE, "application/json")], OPENAPI)
}

#[derive(Debug, Serialize)]
struct Health {
    status: &'static str,
    version: &'static str,
}

async fn healthz() -> Json<Health> {
    Json(Health {
        status: "ok",
        version: env!("CARGO_PKG_VERSION"),
    })
}

async fn metrics(State(app): State<Arc<App>>) -> Result<impl IntoResponse, ApiError> {
    let written = app.metrics.text(app.now());
    let text = written.map_err(|_| ApiError::internal())?;
    Ok(([(CONTENT_TYPE, MEDIA_TYPE)], text))
}

impl From<QueryRejection> for ApiError {
    fn from(rejection: QueryRejection) -> Self {
        Self::bad_request(rejection.body_text()).with_help("/api/openapi.json lists the parameters")
    }
}
