//! Clients that go away, and the server's end.

use crate::support::{PATIENCE, TestServer, digits};
use std::net::TcpStream;
use std::time::Instant;
use zklens_server::Limits;

const AT_WORK: &str = "zklens_proofs_at_work";

#[test]
fn a_proof_whose_client_is_gone_is_stopped() {
    let server = TestServer::new();
    let (media, body) = digits(64);
    let head = format!(
        "Content-Type: {media}\r\nContent-Length: {}\r\n",
        body.len()
    );
    let mut connection = server.head("POST /api/prove?model=mnist-cnn", &head);
    connection.send(&body);
    server.wait_for(AT_WORK, 1.0);
    drop(connection);
    server.wait_for("zklens_proofs_stopped_total", 1.0);
    assert_eq!(server.metric(AT_WORK), 0.0);
}

#[test]
fn what_runs_is_finished_before_the_end() {
    let mut server = TestServer::new();
    let (media, body) = digits(16);
    std::thread::scope(|scope| {
        let url = server.url("/api/prove?model=mnist-cnn");
        let proof = scope.spawn(move || {
            let sent = ureq::post(&url).content_type(media).send(&body[..]);
            crate::support::Answer::of(sent)
        });
        server.wait_for(AT_WORK, 1.0);
        server.stop();
        server.join();
        assert_eq!(
            proof.join().unwrap().ok()["images"]
                .as_array()
                .unwrap()
                .len(),
            16
        );
    });
    assert!(TcpStream::connect(server.address).is_err());
}

#[test]
fn what_runs_is_given_up_in_a_hurry() {
    let mut server = TestServer::new();
    let (media, body) = digits(64);
    let head = format!(
        "Content-Type: {media}\r\nContent-Length: {}\r\n",
        body.len()
    );
    let mut connection = server.head("POST /api/prove?model=mnist-cnn", &head);
    connection.send(&body);
    server.wait_for(AT_WORK, 1.0);
    server.stop();
    server.hurry();
    server.join();
    assert_eq!(connection.bytes(), b"");
}

#[test]
fn idle_connections_do_not_delay_the_end() {
    let mut server = TestServer::new();
    let idle = server.raw(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n");
    server.wait_for(
        "zklens_http_requests_total{method=\"GET\",route=\"/healthz\",status=\"200\"}",
        1.0,
    );
    let started = Instant::now();
    server.stop();
    server.join();
    assert!(started.elapsed() < PATIENCE / 2);
    assert!(idle.bytes().starts_with(b"HTTP/1.1 200"));
}

#[test]
fn an_idle_connection_is_closed_for_one_beyond_the_limit() {
    let server = TestServer::with(Limits {
        connections: 1,
        ..Limits::DEFAULT
    });
    let first = server.raw(b"");
    let second = server.head("GET /healthz", "");
    assert_eq!(second.answer().status, 200);
    assert_eq!(first.bytes(), b"");
}
