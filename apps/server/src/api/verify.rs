//! `POST /api/verify`: a proof → what it proves.

use super::context::context;
use crate::app::App;
use crate::engine::{Engine, Stopped, read_images};
use crate::error::ApiError;
use crate::keys::Keys;
use crate::queue::Size;
use crate::upload::{Sent, Upload};
use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use serde::Deserialize;
use std::sync::Arc;
use zklens_answers::{Compared, KnownBy, Verification, hex_word};
use zklens_verifier::{Context, ModelId, ProofFile, VerifyError, VerifyingKey};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Parameters {
    model: Option<String>,
    #[serde(default, deserialize_with = "context")]
    context: Option<Context>,
}

/// Everything that a proof has to show.
struct Question {
    model: Option<Arc<Keys>>,
    context: Option<Context>,
    sent: Sent,
}

pub(super) async fn verify(
    State(app): State<Arc<App>>,
    parameters: Result<Query<Parameters>, QueryRejection>,
    upload: Upload,
) -> Result<Json<Verification>, ApiError> {
    let deadline = app.deadline();
    let Query(parameters) = parameters?;
    let name = parameters.model.as_deref();
    let model = name.map(|name| app.engine.model(Some(name))).transpose()?;
    upload.expect_proof(&app.limits)?;
    let client = upload.client();
    let sent = upload.proof(&app, deadline).await?;
    let place = app.others.enter(client)?;

    let question = Question {
        model,
        context: parameters.context,
        sent,
    };
    let server = Arc::clone(&app);
    let work = move |stopped: Stopped<'_>| {
        let verification = verification(&server.engine, &question, stopped);
        match &verification {
            Err(error) if !error.is_verdict() => {}
            verification => server.metrics.verdict(verification.is_ok()),
        }
        verification
    };
    place.work(Size::Ordinary, deadline, work).await.map(Json)
}

fn verification(
    engine: &Engine,
    question: &Question,
    stopped: Stopped<'_>,
) -> Result<Verification, ApiError> {
    let (expected, files) = (question.context, question.sent.images.as_slice());
    let file = question.sent.proof.as_deref().unwrap_or_default();
    let proof = ProofFile::decode(file).map_err(|error| {
        ApiError::refused(error)
            .with_help("send the bytes of a .zkp file; if they are, ask for the proof again")
    })?;
    check_context(expected, &proof.statement.context)?;
    check_opening(&proof, files.len())?;
    let (keys, key) = key(engine, question.model.as_ref(), proof.statement.model)?;
    let statement = proof.statement.clone();
    let verified = zklens_verifier::verify(engine.setup().verifier(), key, statement, &proof.proof)
        .map_err(|error| ApiError::refused(format!("the proof is false: {error}")))?;
    let addresses = match &proof.opening {
        Some(opening) if !files.is_empty() => {
            let (pixels, addresses) = read_images(files, keys, stopped)?;
            let compared = verified.check_pixels(engine.setup(), key, &pixels, opening);
            compared.map_err(other_image)?;
            addresses
        }
        _ => Vec::new(),
    };
    let compared = addresses.into_iter().map(|ipfs_uri| Compared {
        file: None,
        ipfs_uri,
    });
    // The server derives the ids of its networks itself, and knows no others.
    let known_by = match keys.summary {
        Some(_) => KnownBy::Shipped,
        None => KnownBy::Model,
    };
    let answer = Verification::new(&verified, &proof, key, known_by, compared.collect());
    Ok(answer.with_context_checked(expected.is_some()))
}

/// Checks that there is an opening, and a file for every image, if files are sent at all.
fn check_opening(proof: &ProofFile, files: usize) -> Result<(), ApiError> {
    let images = proof.statement.labels.len();
    if files == 0 {
        return Ok(());
    }
    if proof.opening.is_none() {
        let cause = "the images are hidden: the file has no opening to compare them with";
        return Err(ApiError::refused(cause).with_help(
            "only a proof that was asked for with `public=true` has one; without images the rest is \
             verified",
        ));
    }
    if files != images {
        let error = format!("the proof is about {images} images, the form has {files}");
        return Err(ApiError::bad_request(error)
            .with_help("send all images, in the order in which they were proved"));
    }
    Ok(())
}

/// Says which image is another, or among which one is.
fn other_image(error: VerifyError) -> ApiError {
    match error {
        VerifyError::OtherPixels { first, last } if first == last => ApiError::refused(format!(
            "image {}: these are not the pixels that were classified",
            first + 1
        )),
        VerifyError::OtherPixels { first, last } => ApiError::refused(format!(
            "images {} to {}: at least one has different pixels from those that were classified, or \
             the order is different",
            first + 1,
            last + 1
        )),
        error => ApiError::refused(format!("the images cannot be compared: {error}")),
    }
}

fn check_context(expected: Option<Context>, got: &Context) -> Result<(), ApiError> {
    match expected {
        Some(expected) if expected != *got => Err(ApiError::refused(format!(
            "the proof is made for a different context: expected {}, got {}",
            hex_word(&expected),
            hex_word(got)
        ))),
        _ => Ok(()),
    }
}

/// The key that the proof has to be verified with, and whose it is.
fn key<'a>(
    engine: &'a Engine,
    model: Option<&'a Arc<Keys>>,
    id: ModelId,
) -> Result<(&'a Keys, &'a VerifyingKey), ApiError> {
    let known = model.map_or(engine.models(), std::slice::from_ref);
    let found = known.iter().find_map(|keys| {
        let key = keys.of_id(id)?;
        Some((keys.as_ref(), key.verifying()))
    });
    found.ok_or_else(|| match model {
        Some(keys) => ApiError::refused(format!(
            "the proof is about model {}, not about {}",
            hex_word(&id.0),
            keys.name()
        )),
        None => ApiError::refused(format!(
            "the proof is about model {}, which this server does not have",
            hex_word(&id.0)
        ))
        .with_help("`zklens verify` takes the network by --model or its key by --key"),
    })
}
