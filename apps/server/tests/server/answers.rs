//! The answers of each route.

use crate::support::{Answer, TestServer, example, form, form_of, logs, root};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde_json::Value;
use zklens_commitment::Setup;
use zklens_prover::{Privacy, ProvingKey, Target};
use zklens_verifier::{ProofFile, Verified, verify};

const CONTEXT: &str = "7a6b6c656e730000000000000000000000000000000000000000000000000001";

/// Verifies a file without the server.
fn verified(file: &[u8], model: &str, layout: Target) -> Verified {
    let setup = Setup::decode(zklens_setup::STRING, &zklens_setup::TAU_G2).unwrap();
    let model = zklens_models::find(model).unwrap().decode().unwrap();
    let key = ProvingKey::with_target(&setup, model, Privacy::Public, layout).unwrap();
    let proof = ProofFile::decode(file).unwrap();
    verify(
        setup.verifier(),
        key.verifying(),
        proof.statement,
        &proof.proof,
    )
    .unwrap()
}

/// The label that the network gives a file.
fn label(file: &[u8], model: &str) -> usize {
    let model = zklens_models::find(model).unwrap().decode().unwrap();
    let pixels = zklens_image::pixels(file, model.preprocessing()).unwrap();
    model.run(&pixels).unwrap().classification().label()
}

fn file(proof: &Value) -> Vec<u8> {
    BASE64_STANDARD
        .decode(proof["proof"].as_str().unwrap())
        .unwrap()
}

#[test]
fn models_are_those_that_are_shipped() {
    let models = TestServer::new().get("/api/models").ok();
    let names: Vec<_> = models
        .as_array()
        .unwrap()
        .iter()
        .map(|model| &model["name"])
        .collect();
    assert_eq!(names, ["fashion-mlp", "mnist-cnn"]);
    assert_eq!(models[0]["classes"][7], "Sneaker");
    assert_ne!(models[0]["modelId"], models[0]["modelIdForChain"]);
}

#[test]
fn execute_gives_the_labels_and_addresses_of_the_examples() {
    let server = TestServer::new();
    let table = std::fs::read(root().join("examples/examples.json")).unwrap();
    let examples: Vec<Value> = serde_json::from_slice(&table).unwrap();
    for row in &examples {
        let path = format!("/api/execute?model={}", row["model"].as_str().unwrap());
        let answer = server
            .post(&path, "image/any", &example(row["file"].as_str().unwrap()))
            .ok();
        assert_eq!(answer["label"], row["label"], "{row}");
        assert_eq!(answer["class"], row["class"], "{row}");
        let address = format!("ipfs://{}", row["cid"].as_str().unwrap());
        assert_eq!(answer["ipfsUri"], address, "{row}");
        assert!(answer.get("file").is_none(), "{row}");
    }
}

#[test]
fn a_proof_from_the_server_verifies_elsewhere() {
    let server = TestServer::new();
    let image = example("mnist/digit_7.png");
    let proof = server
        .send(
            &format!("/api/prove?model=mnist-cnn&context=0x{CONTEXT}"),
            &image,
        )
        .ok();
    let verified = verified(&file(&proof), "mnist-cnn", Target::Native);
    assert_eq!(verified.statement().labels, [label(&image, "mnist-cnn")]);
    assert_eq!(verified.statement().context[31], 1);
    assert_eq!(proof["images"][0]["class"], "7");
    assert_eq!(proof["bytes"], file(&proof).len());
    assert_eq!(
        proof["modelId"],
        format!("0x{}", verified.statement().model)
    );
}

#[test]
fn several_images_are_one_proof_in_their_order() {
    let server = TestServer::new();
    let images = [3, 0, 9].map(|digit| example(&format!("mnist/digit_{digit}.png")));
    let (media, body) = form("image", &images.each_ref().map(Vec::as_slice));
    let proof = server
        .post("/api/prove?model=mnist-cnn&layout=chain", media, &body)
        .ok();
    let verified = verified(&file(&proof), "mnist-cnn", Target::Evm);
    let labels = images.map(|image| label(&image, "mnist-cnn"));
    assert_eq!(verified.statement().labels, labels);
    assert_eq!(proof["layout"], "chain");
    assert_eq!(proof["images"].as_array().unwrap().len(), 3);
}

#[test]
fn who_asks_for_bytes_gets_the_bare_file() {
    let server = TestServer::new();
    let request = ureq::post(server.url("/api/prove?public=true"))
        .header("accept", "application/octet-stream");
    let answer = Answer::of(
        request
            .content_type("image/jpeg")
            .send(&example("fashion/7_sneaker.jpg")[..]),
    );
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("content-type"), "application/octet-stream");
    assert_eq!(answer.header("vary"), "accept");
    let statement = verified(&answer.body, "fashion-mlp", Target::Native)
        .statement()
        .clone();
    assert_eq!(statement.labels, [7]);
    assert!(ProofFile::decode(&answer.body).unwrap().opening.is_some());
    let verification = server.send("/api/verify", &answer.body).ok();
    assert_eq!(verification["images"][0]["shown"], "notCompared");
    let mut broken = ProofFile::decode(&answer.body).unwrap();
    broken.opening.as_mut().unwrap().blindings.pop();
    let verification = server.send("/api/verify", &broken.encode()).ok();
    assert_eq!(verification["images"][0]["shown"], "broken");
}

#[test]
fn verify_says_what_a_proof_proves() {
    let server = TestServer::new();
    let image = example("mnist/digit_4.png");
    let proof = server
        .send(
            &format!("/api/prove?model=mnist-cnn&layout=chain&context={CONTEXT}"),
            &image,
        )
        .ok();
    let proof = file(&proof);
    for path in ["/api/verify", "/api/verify?model=mnist-cnn"] {
        let verification = server.send(path, &proof).ok();
        assert_eq!(verification["verified"], true);
        assert_eq!(verification["images"][0]["label"], 4);
        assert_eq!(verification["images"][0]["shown"], "hidden");
        assert_eq!(verification["contextChecked"], false);
    }
    let asked = server
        .send(&format!("/api/verify?context={CONTEXT}"), &proof)
        .ok();
    assert_eq!(asked["context"], format!("0x{CONTEXT}"));
    assert_eq!(asked["contextChecked"], true);

    let refused = |answer: Answer, cause: &str| {
        let error = answer.error(422);
        assert!(error.contains(cause), "{error}");
        assert_eq!(answer.json()["verified"], false);
    };
    refused(
        server.send("/api/verify?model=fashion-mlp", &proof),
        "not about fashion-mlp",
    );
    let other = format!("/api/verify?context={}", "0".repeat(64));
    refused(server.send(&other, &proof), "different context");
    refused(server.send("/api/verify", &image), "not a proof");
    refused(server.send("/api/verify", b""), "not a proof");
    refused(
        server.send("/api/verify", &proof[..proof.len() - 1]),
        "malformed",
    );
}

#[test]
fn images_are_compared_with_a_proof_that_has_an_opening() {
    let server = TestServer::new();
    let images = [3, 7].map(|digit| example(&format!("mnist/digit_{digit}.png")));
    let [three, seven] = images.each_ref().map(Vec::as_slice);
    let prove = |public| {
        let (media, body) = form("image", &[three, seven]);
        let path = format!("/api/prove?model=mnist-cnn&public={public}");
        file(&server.post(&path, media, &body).ok())
    };
    let verify = |proof: &[u8], images: &[&[u8]]| {
        let mut parts = vec![("proof", proof)];
        parts.extend(images.iter().map(|image| ("image", *image)));
        let (media, body) = form_of(&parts);
        server.post("/api/verify", media, &body)
    };
    let proof = prove(true);
    let verification = verify(&proof, &[three, seven]).ok();
    for (index, image) in images.iter().enumerate() {
        let compared = &verification["images"][index];
        assert_eq!(compared["shown"], "compared");
        let address = zklens_image::cid::of(image, zklens_image::CidVersion::V0).ipfs_uri();
        assert_eq!(compared["ipfsUri"], address);
    }
    let without = verify(&proof, &[]).ok();
    assert_eq!(without["images"][0]["shown"], "notCompared");
    assert!(without["images"][0].get("ipfsUri").is_none());

    let refused = |answer: Answer, cause: &str| {
        let error = answer.error(422);
        assert!(error.contains(cause), "{error}");
        assert_eq!(answer.json()["verified"], false);
    };
    refused(verify(&proof, &[seven, three]), "different pixels");
    refused(verify(&proof, &[three, three]), "different pixels");
    refused(verify(&prove(false), &[three, seven]), "no opening");
    refused(verify(three, &[three, seven]), "not a proof");
    let count = verify(&proof, &[three]).error(400);
    assert!(count.contains("about 2 images, the form has 1"), "{count}");
    let damaged = verify(&proof, &[three, &seven[..60]]);
    assert!(damaged.error(422).starts_with("image 2: "));
    assert!(damaged.json().get("verified").is_none());
    assert_eq!(
        server.metric("zklens_verifications_total{verified=\"true\"}"),
        2.0
    );
    assert_eq!(
        server.metric("zklens_verifications_total{verified=\"false\"}"),
        4.0
    );
}

#[test]
fn a_form_for_verify_has_one_proof() {
    let server = TestServer::new();
    let post = |parts: &[(&str, &[u8])]| {
        let (media, body) = form_of(parts);
        server.post("/api/verify", media, &body).error(400)
    };
    assert!(post(&[("image", b"bytes")]).contains("no field called `proof`"));
    assert!(post(&[("proof", b"one"), ("proof", b"two")]).contains("more than one proof"));
    assert!(post(&[("proof", b"one"), ("picture", b"two")]).contains("picture"));
}

#[test]
fn a_tampered_proof_is_refused() {
    let server = TestServer::new();
    let proof = file(
        &server
            .send("/api/prove", &example("fashion/8_bag.png"))
            .ok(),
    );
    // The model id, the statement, the tape from here to there, its end.
    for at in [
        10,
        45,
        200,
        proof.len() / 2,
        proof.len() - 40,
        proof.len() - 2,
    ] {
        let mut tampered = proof.clone();
        tampered[at] ^= 1;
        let answer = server.send("/api/verify", &tampered);
        assert_eq!(answer.status, 422, "{at}: {}", answer.text());
        assert_eq!(answer.json()["verified"], false, "{at}");
    }
    assert_eq!(
        server.metric("zklens_verifications_total{verified=\"false\"}"),
        6.0
    );
}

#[test]
fn parameters_that_make_no_sense_are_refused() {
    let server = TestServer::new();
    let image = example("fashion/8_bag.png");
    for (path, cause) in [
        ("/api/prove?model=alexnet", "no network of this name"),
        ("/api/execute?model=alexnet", "no network of this name"),
        ("/api/verify?model=alexnet", "no network of this name"),
        ("/api/prove?layout=slow", "layout"),
        ("/api/prove?context=12", "64 hex digits"),
        ("/api/prove?public=perhaps", "public"),
        ("/api/prove?contxt=12", "unknown field"),
        (
            "/api/prove?model=mnist-cnn&model=mnist-cnn",
            "duplicate field",
        ),
    ] {
        let error = server.send(path, &image).error(400);
        assert!(error.contains(cause), "{path}: {error}");
    }
}

#[test]
fn bad_images_are_the_clients_fault() {
    let server = TestServer::new();
    let truncated = &example("fashion/8_bag.png")[..100];
    for route in ["/api/execute", "/api/prove"] {
        let status = |body: &[u8]| {
            let answer = server.send(route, body);
            assert!(!answer.json()["error"].as_str().unwrap().is_empty());
            answer.status
        };
        assert_eq!(status(b""), 400);
        assert_eq!(status(b"no image"), 415);
        assert_eq!(status(b"%PDF-1.7 no image"), 415);
        assert_eq!(status(truncated), 422);
    }
    let (media, body) = form("image", &[&example("fashion/8_bag.png"), truncated]);
    let error = server.post("/api/prove", media, &body).error(422);
    assert!(error.starts_with("image 2: "), "{error}");
}

#[test]
fn there_is_a_health_route_and_metrics_count() {
    let server = TestServer::new();
    assert_eq!(server.get("/healthz").ok()["status"], "ok");
    server
        .send("/api/prove?model=mnist-cnn", &example("mnist/digit_1.png"))
        .ok();
    server.send("/api/prove", b"no image").error(415);
    assert_eq!(server.get("/nowhere").status, 404);
    for (metric, value) in [
        (
            "zklens_http_requests_total{method=\"GET\",route=\"/healthz\",status=\"200\"}",
            1.0,
        ),
        (
            "zklens_http_requests_total{method=\"POST\",route=\"/api/prove\",status=\"200\"}",
            1.0,
        ),
        (
            "zklens_http_requests_total{method=\"POST\",route=\"/api/prove\",status=\"415\"}",
            1.0,
        ),
        (
            "zklens_http_requests_total{method=\"GET\",route=\"page\",status=\"404\"}",
            1.0,
        ),
        (
            "zklens_proofs_total{model=\"mnist-cnn\",layout=\"fast\"}",
            1.0,
        ),
        (
            "zklens_images_proved_total{model=\"mnist-cnn\",layout=\"fast\"}",
            1.0,
        ),
        (
            "zklens_proof_seconds_count{model=\"mnist-cnn\",layout=\"fast\"}",
            1.0,
        ),
        ("zklens_proofs_at_work", 0.0),
        ("zklens_proofs_waiting", 0.0),
    ] {
        assert_eq!(server.metric(metric), value, "{metric}");
    }
}

#[test]
fn what_is_not_there_is_said_in_words() {
    let server = TestServer::new();
    for path in [
        "/api",
        "/api/",
        "/api/nothing",
        "/assets/nothing.js",
        "/..%2fCargo.toml",
    ] {
        assert!(
            server.get(path).error(404).contains("nothing at this path"),
            "{path}"
        );
    }
    for path in ["/api/prove", "/api/execute", "/api/verify"] {
        let answer = server.get(path);
        assert!(answer.error(405).contains("this method"), "{path}");
        assert_eq!(answer.header("allow"), "POST");
    }
    assert!(
        server
            .send("/api/models", b"")
            .error(405)
            .contains("this method")
    );
    assert!(server.get("/").status == 200);
}

/// All that a log may say of a request.
#[test]
fn logs_say_nothing_of_an_image() {
    let server = TestServer::new();
    let image = example("mnist/digit_7.png");
    let (media, body) = form("image", &[&image, &image]);
    server.post("/api/prove?model=mnist-cnn", media, &body).ok();
    server
        .post("/api/execute?model=mnist-cnn", "image/png", &image)
        .ok();
    server.send("/api/execute", b"secret bytes").error(415);
    server.send("/secret-name.png", b"").error(404);
    let logs = logs();
    assert!(logs.contains("\"/api/prove\""), "{logs}");
    assert!(!logs.contains("secret"), "{logs}");
    let keys = [
        "timestamp",
        "level",
        "message",
        "method",
        "route",
        "status",
        "ms",
        "connections",
        "jobs",
        "end",
    ];
    for line in logs.lines() {
        let event: serde_json::Map<String, Value> = serde_json::from_str(line).unwrap();
        // Before any request.
        if event["message"] == "keys derived" {
            continue;
        }
        assert!(
            event.keys().all(|key| keys.contains(&key.as_str())),
            "{line}"
        );
    }
}
