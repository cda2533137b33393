//! The routes, and what their parameters have in common.

mod execute;
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
use serde::{Deserialize, Deserializer, Serialize, de};
use std::sync::Arc;
use zklens_verifier::Context;

/// The description of all routes, which a test compares with [`routes`].
const OPENAPI: &str = include_str!("openapi.json");

/// Every route of the API.
pub(crate) fn routes() -> Vec<(&'static str, MethodRouter<Arc<App>>)> {
    vec![
        ("/api/models", get(models::models)),
        ("/api/execute", post(execute::execute)),
        ("/api/prove", post(prove::prove)),
        ("/api/verify", post(verify::verify)),
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
    let text = app.metrics.text(app.now());
    let text = text.map_err(|_| ApiError::internal())?;
    Ok(([(CONTENT_TYPE, MEDIA_TYPE)], text))
}

impl From<QueryRejection> for ApiError {
    fn from(rejection: QueryRejection) -> Self {
        Self::bad_request(rejection.body_text()).with_help("/api/openapi.json lists the parameters")
    }
}

/// 32 bytes as hex digits in a parameter.
fn context<'de, D: Deserializer<'de>>(value: D) -> Result<Option<Context>, D::Error> {
    let text = String::deserialize(value)?;
    let context = parse_context(&text);
    let expected = "expected 64 hex digits, which are 32 bytes";
    context.map(Some).ok_or_else(|| de::Error::custom(expected))
}

fn parse_context(text: &str) -> Option<Context> {
    let digits = text.strip_prefix("0x").unwrap_or(text).as_bytes();
    let mut context = Context::default();
    if digits.len() != 2 * context.len() || !digits.iter().all(u8::is_ascii_hexdigit) {
        return None;
    }
    for (byte, pair) in context.iter_mut().zip(digits.chunks(2)) {
        *byte = u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()?;
    }
    Some(context)
}
