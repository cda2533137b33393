//! `GET /api/models`: the networks that can be asked for.

use crate::app::App;
use crate::keys::Keys;
use axum::Json;
use axum::extract::State;
use serde::Serialize;
use std::sync::Arc;
use zklens_answers::{hex, hex_word, input};
use zklens_model::{Colour, Preprocessing};
use zklens_prover::ProvingKey;

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Model {
    name: String,
    /// For a network that comes with zklens.
    #[serde(skip_serializing_if = "Option::is_none")]
    summary: Option<&'static str>,
    input: Input,
    classes: Vec<String>,
    parameters: usize,
    digest: String,
    model_id: String,
    /// The id of the model laid out for a chain, unless it is too large for that.
    #[serde(skip_serializing_if = "Option::is_none")]
    model_id_for_chain: Option<String>,
    cost: Predicted,
}

/// The predicted cost of a proof of one image in the layout `fast`.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Predicted {
    cpu_seconds: f64,
    memory_bytes: u64,
    proof_bytes: u64,
}

/// The input of the network: how a picture is prepared for it.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Input {
    width: u16,
    height: u16,
    colour: &'static str,
    inverted: bool,
    /// All of it in words.
    description: String,
}

pub(super) async fn models(State(app): State<Arc<App>>) -> Json<Vec<Model>> {
    let models = app.engine.models().iter();
    Json(models.map(|keys| Model::of(keys)).collect())
}

impl Model {
    fn of(keys: &Keys) -> Self {
        let model = keys.fast.model();
        let id = |key: &ProvingKey| hex_word(&key.verifying().id().0);
        Self {
            name: keys.name().to_owned(),
            summary: keys.summary,
            input: Input::of(model.preprocessing()),
            classes: model.classes().to_vec(),
            parameters: model.parameters(),
            digest: hex(&model.digest()),
            model_id: id(&keys.fast),
            model_id_for_chain: keys.chain.as_ref().map(id),
            cost: Predicted {
                cpu_seconds: keys.cost.cpu_seconds,
                memory_bytes: keys.cost.memory_bytes,
                proof_bytes: keys.cost.proof_bytes,
            },
        }
    }
}

impl Input {
    fn of(preprocessing: &Preprocessing) -> Self {
        Self {
            width: preprocessing.width,
            height: preprocessing.height,
            colour: match preprocessing.colour {
                Colour::Luma => "grey",
                Colour::Rgb => "rgb",
            },
            inverted: preprocessing.invert,
            description: input(preprocessing),
        }
    }
}
