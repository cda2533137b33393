//! `POST /api/verify`: a proof → what it proves.

use super::{class, context, hex_word};
use crate::app::App;
use crate::engine::{Engine, Keys};
use crate::error::ApiError;
use crate::upload::Upload;
use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use zklens_verifier::{Context, ModelId, ProofFile, VerifyingKey};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Parameters {
    model: Option<String>,
    #[serde(default, deserialize_with = "context")]
    context: Option<Context>,
}

/// As `zklens verify --json` prints it.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Verification {
    verified: bool,
    images: Vec<Image>,
    model: String,
    model_id: String,
    /// Always `shipped`: the server derives the ids of its networks itself and knows no others.
    model_known_by: &'static str,
    context: String,
    context_checked: bool,
}

#[derive(Debug, Serialize)]
struct Image {
    label: usize,
    class: String,
    /// `hidden`, or `notCompared` if the proof can tell whether a file is the image.
    shown: &'static str,
}

pub(super) async fn verify(
    State(app): State<Arc<App>>,
    parameters: Result<Query<Parameters>, QueryRejection>,
    upload: Upload,
) -> Result<Json<Verification>, ApiError> {
    let deadline = app.deadline();
    let Query(parameters) = parameters?;
    let model = parameters.model.as_deref();
    let model = model.map(|name| app.engine.model(Some(name))).transpose()?;
    upload.expect_proof(&app.limits)?;
    let place = app.others.enter()?;
    let file = upload.read(&app.limits, deadline).await?;

    let engine = Arc::clone(&app.engine);
    let (metrics, expected) = (Arc::clone(&app), parameters.context);
    let work = move |_: &dyn Fn() -> bool| {
        let verification = verification(&engine, model.as_deref(), expected, &file);
        metrics.metrics.verdict(verification.is_ok());
        verification
    };
    place.work(deadline, work).await.map(Json)
}

fn verification(
    engine: &Engine,
    model: Option<&Keys>,
    expected: Option<Context>,
    file: &[u8],
) -> Result<Verification, ApiError> {
    let proof = ProofFile::decode(file).map_err(|error| {
        ApiError::refused(error)
            .with_help("send the bytes of a .zkp file; if they are, ask for the proof again")
    })?;
    check_context(expected, &proof.statement.context)?;
    let key = key(engine, model, proof.statement.model)?;
    let is_hidden = proof.opening.is_none();
    let verified = zklens_verifier::verify(
        engine.setup().verifier(),
        key,
        proof.statement,
        &proof.proof,
    )
    .map_err(|error| ApiError::refused(format!("the proof is false: {error}")))?;
    let labels = verified.statement().labels.iter();
    let images = labels.map(|label| Image {
        label: *label,
        class: class(key.classes(), *label),
        shown: if is_hidden { "hidden" } else { "notCompared" },
    });
    Ok(Verification {
        verified: true,
        images: images.collect(),
        model: key.name().into(),
        model_id: key.id().to_string(),
        model_known_by: "shipped",
        context: hex_word(&verified.statement().context),
        context_checked: expected.is_some(),
    })
}

fn check_context(expected: Option<Context>, got: &Context) -> Result<(), ApiError> {
    match expected {
        Some(expected) if expected != *got => Err(ApiError::refused(format!(
            "the proof is made for another context: expected {}, got {}",
            hex_word(&expected),
            hex_word(got)
        ))),
        _ => Ok(()),
    }
}

/// The key that the proof has to be verified with.
fn key<'a>(
    engine: &'a Engine,
    model: Option<&'a Keys>,
    id: ModelId,
) -> Result<&'a VerifyingKey, ApiError> {
    let found = match model {
        Some(keys) => keys.of_id(id),
        None => engine.models().iter().find_map(|keys| keys.of_id(id)),
    };
    found.map(|key| key.verifying()).ok_or_else(|| match model {
        Some(keys) => ApiError::refused(format!(
            "the proof is about model {id}, not about {}",
            keys.shipped.name
        )),
        None => ApiError::refused(format!(
            "the proof is about model {id}, which does not come with zklens"
        ))
        .with_help("`zklens verify` takes the network by --model or its key by --key"),
    })
}
