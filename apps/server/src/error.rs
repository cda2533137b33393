//! Errors as a client reads them: `{"error": sentence, "help": sentence}` with a status.

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use std::fmt;

/// The seconds that a client is asked to wait before it tries again.
const RETRY_SECONDS: u64 = 5;

/// The limit that ended a request or a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// The connections of one client.
    OfOne,
    /// The connections of all clients.
    Connections,
    /// The connections: an idle one was closed to make room for another.
    Idle,
    /// The places in a queue.
    Queue,
    /// The memory for bodies.
    Memory,
    /// The least speed of a body.
    Slow,
    /// The time to answer.
    Time,
    /// The jobs that are kept.
    Jobs,
}

/// An answer that is an error.
#[derive(Clone, Debug)]
pub(crate) struct ApiError {
    status: StatusCode,
    error: String,
    help: Option<String>,
    /// Whether this is the answer to "is this proof true?".
    is_verdict: bool,
    refusal: Option<Refusal>,
}

#[derive(Serialize)]
struct Body<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    verified: Option<bool>,
    error: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    help: Option<&'a str>,
}

impl ApiError {
    pub(crate) fn new(status: StatusCode, error: impl fmt::Display) -> Self {
        Self {
            status,
            error: error.to_string(),
            help: None,
            is_verdict: false,
            refusal: None,
        }
    }

    /// The request itself makes no sense.
    pub(crate) fn bad_request(error: impl fmt::Display) -> Self {
        Self::new(StatusCode::BAD_REQUEST, error)
    }

    /// The server is too busy now. It may have time later.
    pub(crate) fn busy(error: impl fmt::Display) -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, error)
    }

    /// A defect. The client learns nothing else about it.
    pub(crate) fn internal() -> Self {
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "the server failed")
            .with_help("this is a defect of zklens, please report it")
    }

    /// The proof is refused.
    pub(crate) fn refused(error: impl fmt::Display) -> Self {
        Self {
            is_verdict: true,
            ..Self::new(StatusCode::UNPROCESSABLE_ENTITY, error)
        }
    }

    /// The outcome of a job that failed. A server that was too busy for the job will not make it later.
    pub(crate) fn of_job(mut self) -> Self {
        if self.status == StatusCode::SERVICE_UNAVAILABLE {
            self.status = StatusCode::GONE;
        }
        // It has been counted when the job failed.
        self.refusal = None;
        self
    }

    pub(crate) const fn refusal(&self) -> Option<Refusal> {
        self.refusal
    }

    pub(crate) const fn is_verdict(&self) -> bool {
        self.is_verdict
    }

    pub(crate) fn with_help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// The same error, counted as a refusal by this limit.
    pub(crate) const fn because(mut self, refusal: Refusal) -> Self {
        self.refusal = Some(refusal);
        self
    }

    /// The same error, with the part of the request that it is about.
    pub(crate) fn about(mut self, subject: impl fmt::Display) -> Self {
        self.error = format!("{subject}: {}", self.error);
        self
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let body = Body {
            verified: self.is_verdict.then_some(false),
            error: &self.error,
            help: self.help.as_deref(),
        };
        let mut response = (self.status, Json(body)).into_response();
        if let Some(refusal) = self.refusal {
            response.extensions_mut().insert(refusal);
        }
        if self.status == StatusCode::SERVICE_UNAVAILABLE {
            let seconds = HeaderValue::from(RETRY_SECONDS);
            response.headers_mut().insert(header::RETRY_AFTER, seconds);
        }
        response
    }
}
