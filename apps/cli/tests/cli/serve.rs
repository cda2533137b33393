//! `zklens serve`: the command around the server, which has tests of its own.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};

use crate::support::{failure, root};

/// A server on a free port, and its address.
fn serve(arguments: &[&str]) -> (Child, BufReader<impl Read>, String) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_zklens"))
        .args(["serve", "--listen", "127.0.0.1:0", "--log", "json"])
        .args(arguments)
        .current_dir(root())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut logs = BufReader::new(child.stderr.take().unwrap());
    let address = listening(&mut logs);
    (child, logs, address)
}

/// The address on which a server says that it listens, after it told of each network's keys.
fn listening(logs: &mut impl BufRead) -> String {
    loop {
        let mut line = String::new();
        assert!(logs.read_line(&mut line).unwrap() > 0);
        let event: serde_json::Value = serde_json::from_str(&line).unwrap();
        let message = event["message"].as_str().unwrap();
        if let Some(address) = message.strip_prefix("listening on http://") {
            return address.trim_end_matches('/').to_owned();
        }
        assert_eq!(message, "keys derived");
    }
}

fn get(address: &str, host: &str) -> String {
    get_from(address, host, "/healthz")
}

fn get_from(address: &str, host: &str, path: &str) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    let head = format!("GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
    stream.write_all(head.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

#[test]
#[cfg(unix)]
fn serves_until_it_is_told_to_end() {
    let (mut child, mut logs, address) = serve(&["--host", "zklens.example"]);
    assert!(get(&address, &address).starts_with("HTTP/1.1 200"));
    assert!(get(&address, "zklens.example").starts_with("HTTP/1.1 200"));
    assert!(get(&address, "other.example").starts_with("HTTP/1.1 403"));
    let id = child.id().to_string();
    let killed = Command::new("kill").args(["-TERM", &id]).status().unwrap();
    assert!(killed.success());
    assert_eq!(child.wait().unwrap().code(), Some(0));
    let mut rest = String::new();
    logs.read_to_string(&mut rest).unwrap();
    for line in rest.lines() {
        serde_json::from_str::<serde_json::Value>(line).unwrap();
    }
    assert!(rest.contains("\"stopped\""), "{rest}");
}

#[test]
fn limits_are_those_of_the_flags() {
    let flags = [
        "--requests-per-connection",
        "1",
        "--trusted-proxy",
        "10.0.0.0/8",
    ];
    let (mut child, _logs, address) = serve(&flags);
    let mut stream = TcpStream::connect(&address).unwrap();
    let request = format!("GET /healthz HTTP/1.1\r\nHost: {address}\r\n\r\n");
    stream.write_all(request.repeat(2).as_bytes()).unwrap();
    let mut answers = String::new();
    // The server closes on a request that it does not read, which resets the connection.
    let _ = stream.read_to_string(&mut answers);
    assert_eq!(answers.matches("HTTP/1.1 200").count(), 1, "{answers}");
    assert!(answers.contains("connection: close"), "{answers}");
    child.kill().unwrap();
    child.wait().unwrap();
}

#[test]
fn serves_the_networks_that_are_given() {
    let models = ["--model", "vectors/models/dense.zkl", "-m", "mnist-cnn"];
    let (mut child, _logs, address) = serve(&models);
    let answer = get_from(&address, &address, "/api/models");
    let body = answer.split_once("\r\n\r\n").unwrap().1;
    let listed: serde_json::Value = serde_json::from_str(body).unwrap();
    let names = listed
        .as_array()
        .unwrap()
        .iter()
        .map(|model| &model["name"]);
    assert_eq!(names.collect::<Vec<_>>(), ["perceptron", "mnist-cnn"]);
    child.kill().unwrap();
    child.wait().unwrap();
}

#[test]
fn networks_that_cannot_be_served_are_named() {
    let refused = |models: &[&str]| {
        let models = models.iter().flat_map(|model| ["--model", model]);
        let arguments: Vec<&str> = ["serve"].into_iter().chain(models).collect();
        failure(3, &arguments)
    };
    assert!(refused(&["nowhere.zkl"]).contains("nowhere.zkl: no such model"));
    let twice = refused(&["mnist-cnn", "models/mnist-cnn.zkl"]);
    assert!(
        twice.contains("error: mnist-cnn: expected networks with different names"),
        "{twice}"
    );
    let nameless = refused(&["vectors/models/wide_weights.zkl"]);
    assert!(
        nameless.contains("\"wide weights\": expected a network's name"),
        "{nameless}"
    );
}

#[test]
fn a_port_that_is_taken_is_named() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let errors = failure(2, &["serve", "--listen", &address]);
    assert!(
        errors.contains(&format!("error: cannot listen on {address}: ")),
        "{errors}"
    );
    assert!(errors.contains("--listen"), "{errors}");
}
