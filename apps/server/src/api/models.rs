//! `GET /api/models`: the networks that can be asked for.

use crate::app::App;
use crate::engine::Keys;
use axum::Json;
use axum::extract::State;
use serde::Serialize;
use std::sync::Arc;
use zklens_answers::{hex, hex_word};
use zklens_model::{Colour, Preprocessing};

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Model {
    name: &'static str,
    summary: &'static str,
    input: Input,
    classes: Vec<String>,
    parameters: usize,
    digest: String,
    model_id: String,
    /// The model laid out for a chain.
    model_id_for_chain: String,
}

/// The input of the network: how a picture is prepared for it.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Input {
    width: u16,
    height: u16,
    colour: &'static str,
    inverted: bool,
    /// All of it, in words.
    words: String,
}

pub(super) async fn models(State(app): State<Arc<App>>) -> Json<Vec<Model>> {
    let models = app.engine.models().iter();
    Json(models.map(|keys| Model::of(keys)).collect())
}

impl Model {
    fn of(keys: &Keys) -> Self {
        let model = keys.fast.model();
        Self {
            name: keys.shipped.name,
            summary: keys.shipped.summary,
            input: Input::of(model.preprocessing()),
            classes: model.classes().to_vec(),
            parameters: model.parameters(),
            digest: hex(&model.digest()),
            model_id: hex_word(&keys.fast.verifying().id().0),
            model_id_for_chain: hex_word(&keys.chain.verifying().id().0),
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
            words: zklens_answers::input(preprocessing),
        }
    }
}
