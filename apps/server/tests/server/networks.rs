//! Networks of one's own.

use crate::support::{TestServer, example, root};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use zklens_model::Model;
use zklens_server::{Engine, EngineError};

/// The input of the golden model `dense`.
const INPUT: &str = "4×4 luma, box average";

fn golden(name: &str) -> Model {
    let path = root()
        .join("vectors/models")
        .join(name)
        .with_extension("zkl");
    Model::decode(&std::fs::read(path).unwrap()).unwrap()
}

fn shipped(name: &str) -> Model {
    zklens_models::find(name).unwrap().decode().unwrap()
}

#[test]
fn a_network_of_ones_own_is_listed_proved_and_verified() {
    let own = golden("dense");
    let name = own.name().to_owned();
    let classes = own.classes().len();
    let server = TestServer::of(vec![own, shipped("mnist-cnn")]);
    let models = server.get("/api/models").ok();
    assert_eq!(models[0]["name"], name.as_str());
    assert!(models[0].get("summary").is_none());
    assert_eq!(models[0]["input"]["description"], INPUT);
    assert_eq!(models[0]["classes"].as_array().unwrap().len(), classes);
    assert_eq!(models[1]["name"], "mnist-cnn");
    assert!(models[1]["summary"].is_string());
    // The first is the default, and nothing else is here.
    let image = example("mnist/digit_7.png");
    let proof = server.send("/api/prove", &image).ok();
    let bytes = proof["bytes"].as_u64().unwrap();
    let predicted = models[0]["cost"]["proofBytes"].as_u64().unwrap();
    assert!(
        (predicted..predicted + 1000).contains(&bytes),
        "{bytes} {predicted}"
    );
    assert_eq!(proof["model"], name.as_str());
    assert_eq!(proof["modelId"], models[0]["modelId"]);
    let file = BASE64_STANDARD.decode(proof["proof"].as_str().unwrap());
    let verified = server.send("/api/verify", &file.unwrap()).ok();
    assert_eq!(verified["modelKnownBy"], "model");
    let other = server.send("/api/prove?model=fashion-mlp", &image);
    assert!(other.error(400).contains("no network of this name"));
    assert!(other.json()["help"].as_str().unwrap().contains(&name));
    let elsewhere = server.send("/api/prove?model=mnist-cnn", &image).ok();
    let file = BASE64_STANDARD.decode(elsewhere["proof"].as_str().unwrap());
    let verified = server.send("/api/verify", &file.unwrap()).ok();
    assert_eq!(verified["modelKnownBy"], "shipped");
}

#[test]
fn a_network_that_only_has_the_name_of_a_shipped_one_does_not_pass_for_it() {
    let real = shipped("mnist-cnn");
    let mut classes = real.classes().to_vec();
    classes[7] = "x".into();
    let other = Model::new(real.name(), classes, real.graph().clone()).unwrap();
    let server = TestServer::of(vec![other]);
    let models = server.get("/api/models").ok();
    assert_eq!(models[0]["name"], "mnist-cnn");
    assert_eq!(models[0]["classes"][7], "x");
    assert!(models[0].get("summary").is_none());
}

#[test]
fn a_name_that_a_request_or_a_log_could_not_have_is_refused() {
    let error = Engine::with_models(vec![golden("wide_weights")]).unwrap_err();
    assert!(
        matches!(&error, EngineError::Name { name } if name == "wide weights"),
        "{error}"
    );
    assert!(
        error.to_string().contains("`zklens import --name`"),
        "{error}"
    );
}

#[test]
fn two_networks_need_two_names() {
    let engine = Engine::with_models(vec![shipped("mnist-cnn"), shipped("mnist-cnn")]);
    let error = engine.unwrap_err();
    assert!(
        matches!(&error, EngineError::SameName { name } if name == "mnist-cnn"),
        "{error}"
    );
}
