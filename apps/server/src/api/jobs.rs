//! `GET` and `DELETE /api/jobs/{id}`: how far a proof is, its result, and its end.

use crate::app::App;
use crate::error::ApiError;
use crate::jobs::{Id, Job, Pending};
use crate::metrics::End;
use crate::prefer;
use axum::Json;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use std::sync::Arc;
use zklens_prover::Stage;

/// The seconds that a client is asked to wait before it looks at a job again.
const LOOK_AGAIN: u64 = 1;

/// A job that has not ended.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Status {
    id: String,
    state: &'static str,
    /// How many proofs are made before this one.
    #[serde(skip_serializing_if = "Option::is_none")]
    ahead: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    stage: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    fraction: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    seconds_left: Option<f64>,
}

impl Status {
    pub(super) fn of(id: Id, job: &Job) -> Self {
        let status = Self {
            id: id.to_string(),
            state: "running",
            ahead: None,
            stage: None,
            fraction: None,
            seconds_left: None,
        };
        match job.pending() {
            Pending::Queued { ahead } => Self {
                state: "queued",
                ahead: Some(ahead),
                ..status
            },
            Pending::Running { progress: None } => Self {
                stage: Some("images"),
                fraction: Some(0.0),
                ..status
            },
            Pending::Running {
                progress: Some((progress, elapsed)),
            } => Self {
                stage: Some(name(progress.stage)),
                fraction: Some(progress.fraction()),
                seconds_left: progress.time_left(elapsed).map(|left| left.as_secs_f64()),
                ..status
            },
        }
    }
}

/// A stage's name, the same as in `@zklens/wasm`.
const fn name(stage: Stage) -> &'static str {
    match stage {
        Stage::Witness => "witness",
        Stage::Commitment => "commit",
        Stage::Lookups => "lookups",
        Stage::Sumcheck => "sumcheck",
        // The last.
        _ => "opening",
    }
}

/// The answer about a job that has not ended, with its address.
pub(super) fn accepted(id: Id, job: &Job) -> Response {
    let mut response = (StatusCode::ACCEPTED, Json(Status::of(id, job))).into_response();
    let headers = response.headers_mut();
    headers.insert(header::RETRY_AFTER, LOOK_AGAIN.into());
    if let Ok(address) = HeaderValue::from_str(&format!("/api/jobs/{id}")) {
        headers.insert(header::LOCATION, address);
    }
    response
}

pub(super) async fn look(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let (id, job) = app.jobs.find(&id)?;
    match job.outcome(prefer::wait(&headers)).await {
        Some(Ok(made)) => Ok(made.answer(&headers)),
        Some(Err(error)) => Err(error.clone()),
        None => Ok(accepted(id, &job)),
    }
}

pub(super) async fn cancel(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
) -> Result<StatusCode, ApiError> {
    if app.jobs.cancel(&id)? {
        app.metrics.job(End::Cancelled);
        tracing::info!(end = End::Cancelled.name(), "job");
    }
    Ok(StatusCode::NO_CONTENT)
}
