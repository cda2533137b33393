//! `POST /api/prove`: image files → a proof of their labels.

use super::context::context;
use crate::app::App;
use crate::engine::{Done, Engine, Keys, Order, Stopped, read_images};
use crate::error::ApiError;
use crate::upload::Upload;
use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde::Deserialize;
use std::sync::Arc;
use zklens_answers::{LayoutName, ProofSummary, SentProof, Source};
use zklens_verifier::{Context, ProofFile};

const BYTES: &str = "application/octet-stream";

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

/// A proof with the addresses of its images, and its file.
struct Made {
    done: Done,
    ipfs_uris: Vec<String>,
    file: Vec<u8>,
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
    upload.expect_images(&app.limits)?;
    let client = upload.client();
    let sent = upload.images(&app, deadline).await?;
    let place = app.proofs.enter(client)?;

    let (server, model) = (Arc::clone(&app), Arc::clone(&keys));
    let (layout, public) = (parameters.layout, parameters.public);
    let context = parameters.context.unwrap_or_default();
    let work = move |stopped: Stopped<'_>| {
        let made = read_images(&sent.images, &model, stopped).and_then(|(images, ipfs_uris)| {
            let order = Order {
                layout: layout.into(),
                context,
                images,
            };
            make(&server.engine, &model, &order, ipfs_uris, public, stopped)
        });
        if made.is_err() && stopped() {
            server.metrics.proof_stopped();
        }
        made
    };
    let made = place.work(deadline, work).await?;
    let times = made.done.times;
    let time = times.proving + times.verifying;
    app.metrics
        .proof(keys.shipped.name, layout.name(), made.ipfs_uris.len(), time);
    Ok(answer(made, &keys, &parameters, &headers))
}

fn make(
    engine: &Engine,
    keys: &Keys,
    order: &Order,
    ipfs_uris: Vec<String>,
    public: bool,
    stopped: Stopped<'_>,
) -> Result<Made, ApiError> {
    let done = engine.prove(keys, order, stopped)?;
    let file = ProofFile {
        statement: done.proved.statement.clone(),
        proof: done.proved.proof.clone(),
        opening: public.then(|| done.proved.opening.clone()),
    };
    Ok(Made {
        file: file.encode(),
        ipfs_uris,
        done,
    })
}

fn answer(made: Made, keys: &Keys, parameters: &Parameters, headers: &HeaderMap) -> Response {
    let vary = [(header::VARY, "accept")];
    if wants_bytes(headers) {
        let as_file = [
            (header::CONTENT_TYPE, BYTES),
            (
                header::CONTENT_DISPOSITION,
                "attachment; filename=\"proof.zkp\"",
            ),
        ];
        return (vary, as_file, made.file).into_response();
    }
    (vary, Json(proof(made, keys, parameters))).into_response()
}

/// Whether the client asks for the bare file.
fn wants_bytes(headers: &HeaderMap) -> bool {
    let accepted = headers.get_all(header::ACCEPT).iter();
    let mut accepted = accepted
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','));
    let first = accepted.find_map(|range| {
        let media = range.split(';').next().unwrap_or_default().trim();
        [BYTES, "application/json"]
            .into_iter()
            .find(|known| media.eq_ignore_ascii_case(known))
    });
    first == Some(BYTES)
}

fn proof(made: Made, keys: &Keys, parameters: &Parameters) -> SentProof {
    let layout = parameters.layout;
    let key = keys.of_layout(layout.into()).verifying();
    let statement = &made.done.proved.statement;
    let sources = made.ipfs_uris.into_iter().map(|ipfs_uri| Source {
        file: None,
        ipfs_uri,
    });
    let summary = ProofSummary::new(key, statement, sources, parameters.public, made.done.times);
    SentProof {
        summary: ProofSummary {
            layout: Some(layout),
            ..summary
        },
        bytes: made.file.len(),
        proof: BASE64_STANDARD.encode(&made.file),
    }
}
