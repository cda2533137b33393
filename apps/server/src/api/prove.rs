//! `POST /api/prove`: image files → a proof of their labels.

use super::context::context;
use super::jobs;
use crate::app::App;
use crate::engine::{Done, Order, ProveFailure, Stopped, Tell, read_images};
use crate::error::ApiError;
use crate::gate::Place;
use crate::jobs::{Job, Made, Outcome};
use crate::keys::{Keys, most_bytes, size};
use crate::memory::Share;
use crate::metrics::End;
use crate::prefer;
use crate::queue::Size;
use crate::upload::{Sent, Upload};
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde::Deserialize;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::Instant;
use zklens_answers::{LayoutName, ProofSummary, SentProof, Source};
use zklens_layers::LayerError;
use zklens_prover::{Cost, Progress, ProveError};
use zklens_verifier::{Context, ProofFile};

const BYTES: &str = "application/octet-stream";
const JSON: &str = "application/json";

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Parameters {
    model: Option<String>,
    #[serde(default)]
    layout: LayoutName,
    #[serde(default, deserialize_with = "context")]
    context: Option<Context>,
    /// Whether the file is to show which images these are.
    #[serde(default)]
    public: bool,
}

pub(super) async fn prove(
    State(app): State<Arc<App>>,
    parameters: Result<Query<Parameters>, QueryRejection>,
    headers: HeaderMap,
    upload: Upload,
) -> Result<Response, ApiError> {
    let deadline = app.deadline();
    let Query(parameters) = parameters?;
    let keys = app.engine.model(parameters.model.as_deref())?;
    let key = keys.of_layout(parameters.layout.into())?;
    upload.expect_images(&app.limits)?;
    let client = upload.client();
    let sent = upload.images(&app, deadline).await?;
    let layout = key.layout(sent.images.len()).map_err(too_many)?;
    let place = app.proofs.enter(client)?;
    let cost = Cost::new(key.verifying().circuit(), &layout);
    let room = most_bytes(&cost, &layout, key.verifying());
    let proving = Proving {
        app: Arc::clone(&app),
        size: size(&cost),
        keys: Arc::clone(&keys),
        parameters,
        sent,
    };
    if !prefer::is_async(&headers) {
        return Ok(proving
            .work(place, deadline, |_, _| {})
            .await?
            .answer(&headers));
    }
    let share = app.jobs.room(client, room)?;
    let deadline = Instant::now() + app.limits.job_timeout;
    let ticket = place.ticket();
    let (id, job) = app.jobs.begin(client, ticket, |job| {
        proving.job(place, deadline, job, share)
    })?;
    let mut answer = jobs::accepted(id, &job);
    let applied = HeaderValue::from_static(prefer::RESPOND_ASYNC);
    answer.headers_mut().insert(prefer::APPLIED, applied);
    Ok(answer)
}

fn too_many(error: LayerError) -> ApiError {
    ProveFailure::Prove(ProveError::Batch(error)).into()
}

/// Everything that a proof is made of.
struct Proving {
    app: Arc<App>,
    keys: Arc<Keys>,
    parameters: Parameters,
    sent: Sent,
    size: Size,
}

impl Proving {
    /// Waits for its turn, makes the proof and counts it.
    async fn work(
        self,
        place: Place,
        deadline: Instant,
        tell: impl Fn(Progress, Duration) + Send + 'static,
    ) -> Result<Made, ApiError> {
        let size = self.size;
        let work = move |stopped: Stopped<'_>| {
            let made = self.make(stopped, &tell);
            if made.is_err() && stopped() {
                self.app.metrics.proof_stopped();
            }
            made
        };
        place.work(size, deadline, work).await
    }

    /// The work of a job, in memory that is set aside for its result.
    async fn job(self, place: Place, deadline: Instant, job: Arc<Job>, share: Share) -> Outcome {
        let (app, started) = (Arc::clone(&self.app), Instant::now());
        let tell = move |progress, elapsed| job.tell(progress, elapsed);
        let made = self.work(place, deadline, tell).await;
        let end = if made.is_ok() { End::Done } else { End::Failed };
        app.metrics.job(end);
        if let Some(refusal) = made.as_ref().err().and_then(ApiError::refusal) {
            app.metrics.refused(refusal);
        }
        let ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
        tracing::info!(end = end.name(), ms, "job");
        made.map(|made| Arc::new(made.within(share)))
    }

    fn make(&self, stopped: Stopped<'_>, tell: Tell<'_>) -> Result<Made, ApiError> {
        let (keys, parameters) = (&self.keys, &self.parameters);
        let (images, ipfs_uris) = read_images(&self.sent.images, keys, stopped)?;
        let order = Order {
            layout: parameters.layout.into(),
            context: parameters.context.unwrap_or_default(),
            images,
        };
        let done = self.app.engine.prove(keys, &order, stopped, tell)?;
        let file = ProofFile {
            statement: done.proved.statement.clone(),
            proof: done.proved.proof.clone(),
            opening: parameters.public.then(|| done.proved.opening.clone()),
        };
        let time = done.times.proving + done.times.verifying;
        let (model, layout) = (keys.name(), parameters.layout.name());
        let metrics = &self.app.metrics;
        metrics.proof(model, layout, order.images.len(), time);
        self.answer(&done, &file.encode(), ipfs_uris)
    }

    fn answer(&self, done: &Done, file: &[u8], ipfs_uris: Vec<String>) -> Result<Made, ApiError> {
        let layout = self.parameters.layout;
        let key = self.keys.of_layout(layout.into())?.verifying();
        let sources = ipfs_uris.into_iter().map(|ipfs_uri| Source {
            file: None,
            ipfs_uri,
        });
        let (statement, public) = (&done.proved.statement, self.parameters.public);
        let summary = ProofSummary::new(key, statement, sources, public, done.times);
        let sent = SentProof {
            summary: ProofSummary {
                layout: Some(layout),
                ..summary
            },
            bytes: file.len(),
            proof: BASE64_STANDARD.encode(file),
        };
        let json = serde_json::to_vec(&sent).map_err(|_| ApiError::internal())?;
        Ok(Made {
            file: file.to_vec().into(),
            json: json.into(),
            _share: None,
        })
    }
}

impl Made {
    /// The same, counted in this share of the memory.
    fn within(self, mut share: Share) -> Self {
        share.shrink_to(self.file.len() + self.json.len());
        Self {
            _share: Some(share),
            ..self
        }
    }

    /// The answer: JSON, or the bare file if the client asks for it.
    pub(super) fn answer(&self, headers: &HeaderMap) -> Response {
        let vary = [(header::VARY, "accept")];
        if wants_bytes(headers) {
            let as_file = [
                (header::CONTENT_TYPE, BYTES),
                (
                    header::CONTENT_DISPOSITION,
                    "attachment; filename=\"proof.zkp\"",
                ),
            ];
            return (vary, as_file, self.file.clone()).into_response();
        }
        let as_json = [(header::CONTENT_TYPE, JSON)];
        (vary, as_json, self.json.clone()).into_response()
    }
}

/// Whether the client asks for the bare file.
fn wants_bytes(headers: &HeaderMap) -> bool {
    let accepted = headers.get_all(header::ACCEPT).iter();
    let mut accepted = accepted
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','));
    let first = accepted.find_map(|range| {
        let media = range.split(';').next().unwrap_or_default().trim();
        [BYTES, JSON]
            .into_iter()
            .find(|known| media.eq_ignore_ascii_case(known))
    });
    first == Some(BYTES)
}
