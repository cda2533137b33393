//! `POST /api/prove`: image files → a proof of their labels.

use super::{LayoutName, class, context, hex_word};
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
use serde::{Deserialize, Serialize};
use std::sync::Arc;
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

/// As `zklens prove --json` prints it, with the file's bytes in place of its name.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Proof {
    images: Vec<Image>,
    model: String,
    model_id: String,
    layout: LayoutName,
    context: String,
    public: bool,
    prove_seconds: f64,
    verify_seconds: f64,
    bytes: usize,
    /// The .zkp file in base64.
    proof: String,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Image {
    ipfs_uri: String,
    label: usize,
    class: String,
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
                layout: layout.layout(),
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
    let time = made.done.proving + made.done.verifying;
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

fn proof(made: Made, keys: &Keys, parameters: &Parameters) -> Proof {
    let key = keys.of_layout(parameters.layout.layout()).verifying();
    let statement = &made.done.proved.statement;
    let images = made.ipfs_uris.into_iter().zip(&statement.labels);
    let images = images.map(|(ipfs_uri, label)| Image {
        ipfs_uri,
        label: *label,
        class: class(key.classes(), *label),
    });
    Proof {
        images: images.collect(),
        model: key.name().into(),
        model_id: hex_word(&key.id().0),
        layout: parameters.layout,
        context: hex_word(&statement.context),
        public: parameters.public,
        prove_seconds: made.done.proving.as_secs_f64(),
        verify_seconds: made.done.verifying.as_secs_f64(),
        bytes: made.file.len(),
        proof: BASE64_STANDARD.encode(&made.file),
    }
}
