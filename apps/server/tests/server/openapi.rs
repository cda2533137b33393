//! The description of the API, compared with the API.

use crate::support::{Answer, TestServer, digits, example, form_of};
use serde_json::Value;

const DESCRIPTION: &str = include_str!("../../src/openapi.json");
const METHODS: [&str; 6] = ["get", "post", "put", "patch", "delete", "options"];

fn description() -> Value {
    serde_json::from_str(DESCRIPTION).unwrap()
}

/// Follows a reference inside the description.
fn resolved<'a>(description: &'a Value, value: &'a Value) -> &'a Value {
    match value["$ref"].as_str() {
        Some(reference) => description
            .pointer(reference.trim_start_matches('#'))
            .expect(reference),
        None => value,
    }
}

/// The schema that the description has for an answer with this status.
fn described<'a>(description: &'a Value, path: &str, method: &str, status: u16) -> &'a Value {
    let answers = &description["paths"][path][method]["responses"];
    let answer = &answers[status.to_string()];
    assert!(
        !answer.is_null(),
        "{method} {path}: {status} is not described"
    );
    resolved(description, answer)
}

/// The answer to a request for a job.
fn job(server: &TestServer) -> Answer {
    let headers = [("prefer", "respond-async")];
    let image = example("mnist/digit_7.png");
    server.request("POST", "/api/prove?model=mnist-cnn", &headers, &image)
}

/// Checks a JSON answer against its schema.
fn conforms(description: &Value, path: &str, method: &str, status: u16, body: &Value) {
    let answer = described(description, path, method, status);
    let schema = &answer["content"]["application/json"]["schema"];
    assert!(!schema.is_null(), "{method} {path}: {status}");
    let mut schema = schema.clone();
    schema["components"] = description["components"].clone();
    let errors: Vec<_> = jsonschema::validator_for(&schema)
        .unwrap()
        .iter_errors(body)
        .map(|error| error.to_string())
        .collect();
    assert!(
        errors.is_empty(),
        "{method} {path} {status}: {errors:?}: {body}"
    );
}

#[test]
fn is_served_as_it_is_written() {
    let answer = TestServer::new().get("/api/openapi.json");
    assert_eq!(answer.text(), DESCRIPTION);
    assert_eq!(answer.header("content-type"), "application/json");
    assert_eq!(description()["openapi"], "3.1.0");
    assert_eq!(description()["info"]["version"], env!("CARGO_PKG_VERSION"));
}

#[test]
fn every_described_method_is_taken_and_no_other() {
    let server = TestServer::new();
    for (path, methods) in description()["paths"].as_object().unwrap() {
        let path = path.replace("/api/jobs/{id}", job(&server).header("location"));
        for method in METHODS {
            let line = format!("{} {path}", method.to_ascii_uppercase());
            let status = server.head(&line, "Content-Length: 0\r\n").answer().status;
            assert_ne!(status, 404, "{line}");
            assert_eq!(
                status != 405,
                methods.get(method).is_some(),
                "{line}: {status}"
            );
        }
    }
}

#[test]
fn all_references_lead_somewhere() {
    fn walk(description: &Value, value: &Value) {
        resolved(description, value);
        match value {
            Value::Object(fields) => fields.values().for_each(|value| walk(description, value)),
            Value::Array(items) => items.iter().for_each(|value| walk(description, value)),
            _ => {}
        }
    }
    walk(&description(), &description());
}

#[test]
fn answers_have_the_described_shape() {
    let server = TestServer::new();
    let description = description();
    for path in ["/api/models", "/api/openapi.json", "/healthz"] {
        conforms(&description, path, "get", 200, &server.get(path).ok());
    }
    let image = example("mnist/digit_7.png");
    let (media, body) = digits(2);
    let proof = server.post("/api/prove?model=mnist-cnn&public=true", media, &body);
    let file = base64::Engine::decode(
        &base64::prelude::BASE64_STANDARD,
        proof.json()["proof"].as_str().unwrap(),
    );
    let file = file.unwrap();
    let digit = image.as_slice();
    let (media, body) = form_of(&[("proof", &file), ("image", digit), ("image", digit)]);
    let requests = [
        ("/api/verify", server.post("/api/verify", media, &body)),
        (
            "/api/execute",
            server.send("/api/execute?model=mnist-cnn", &image),
        ),
        ("/api/prove", proof),
        ("/api/verify", server.send("/api/verify", &file)),
    ];
    for (path, answer) in requests {
        assert_eq!(answer.status, 200, "{path}");
        conforms(&description, path, "post", 200, &answer.json());
    }
}

#[test]
fn jobs_have_the_described_shape() {
    let server = TestServer::new();
    let description = description();
    let accepted = job(&server);
    conforms(&description, "/api/prove", "post", 202, &accepted.json());
    let (address, path) = (accepted.header("location"), "/api/jobs/{id}");
    loop {
        let answer = server.get(address);
        conforms(&description, path, "get", answer.status, &answer.json());
        if answer.status == 200 {
            break;
        }
    }
    let forgotten = server.request("DELETE", address, &[], b"");
    described(&description, path, "delete", forgotten.status);
    assert_eq!((forgotten.status, forgotten.text().as_str()), (204, ""));
    let unknown = server.get(address);
    conforms(&description, path, "get", 404, &unknown.json());
    let twice = server.request("DELETE", address, &[], b"");
    conforms(&description, path, "delete", 404, &twice.json());
}

#[test]
fn errors_have_the_described_shape() {
    let server = TestServer::new();
    let description = description();
    let cut = &example("mnist/digit_7.png")[..60];
    for path in ["/api/execute", "/api/prove", "/api/verify"] {
        let answers = [
            server.send(&format!("{path}?model=alexnet"), b""),
            server
                .head(
                    &format!("POST {path}"),
                    "Origin: null\r\nContent-Length: 0\r\n",
                )
                .answer(),
            server.post(path, "text/plain", b""),
            server
                .head(&format!("POST {path}"), "Content-Length: 99999999999\r\n")
                .answer(),
            server.send(path, cut),
        ];
        let statuses = [400, 403, 415, 413, 422];
        for (answer, status) in answers.iter().zip(statuses) {
            assert_eq!(answer.status, status, "{path}");
            conforms(&description, path, "post", status, &answer.json());
        }
    }
    let metrics = described(&description, "/metrics", "get", 200);
    let media = server.get("/metrics").header("content-type").to_owned();
    assert!(
        metrics["content"]
            .get(media.split(';').next().unwrap())
            .is_some()
    );
}
