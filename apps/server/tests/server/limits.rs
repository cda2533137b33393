//! Every limit, reached.

use crate::support::{TestServer, digits, example, form, refused, wait_until};
use std::time::Duration;
use zklens_server::Limits;

const SHORT: Duration = Duration::from_millis(300);

const AT_WORK: &str = "zklens_proofs_at_work";
const WAITING: &str = "zklens_proofs_waiting";

/// The head of a proof's request whose body never comes.
const NO_BODY: &str = "Content-Type: image/png\r\nContent-Length: 100\r\n";

#[test]
fn a_body_that_is_too_long_is_refused() {
    let server = TestServer::with(Limits {
        max_body: 1000,
        ..Limits::DEFAULT
    });
    // So long that it does not fit into the sockets' buffers: the answer must reach who still sends.
    let long = vec![0; 20 << 20];
    for route in ["/api/execute", "/api/prove", "/api/verify"] {
        assert!(
            server.send(route, &long).error(413).contains("1000 bytes"),
            "{route}"
        );
        let chunked = "Transfer-Encoding: chunked\r\n";
        let mut connection = server.head(&format!("POST {route}"), chunked);
        connection.send(b"3e9\r\n");
        connection.send(&long[..1001]);
        assert_eq!(connection.answer().status, 413, "{route}");
    }
    let (media, body) = form("image", &[&long[..500], &long[..500]]);
    server.post("/api/prove", media, &body).error(413);
}

#[test]
fn an_image_in_a_form_is_classified_and_only_one() {
    let server = TestServer::new();
    let execute = |count| {
        let (media, body) = digits(count);
        server.post("/api/execute?model=mnist-cnn", media, &body)
    };
    assert_eq!(execute(1).ok()["class"], "7");
    assert!(execute(2).error(400).contains("expected one image, got 2"));
    let (media, body) = form("image", &[]);
    server.post("/api/execute", media, &body).error(400);
}

#[test]
fn a_picture_that_is_too_large_is_refused() {
    // A BMP's head that promises 20,000 × 20,000 pixels.
    let mut picture =
        b"BM\x36\0\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0\x20\x4e\0\0\x20\x4e\0\0\x01\0\x18\0".to_vec();
    picture.extend([0; 24]);
    let error = TestServer::new().send("/api/execute", &picture).error(413);
    assert!(error.contains("20000 × 20000"), "{error}");
}

#[test]
fn too_many_images_are_refused() {
    let server = TestServer::with(Limits {
        max_images: 2,
        ..Limits::DEFAULT
    });
    let prove = |count| {
        let (media, body) = digits(count);
        server.post("/api/prove?model=mnist-cnn", media, &body)
    };
    assert_eq!(prove(2).status, 200);
    assert!(prove(3).error(413).contains("more than 2 images"));
}

#[test]
fn a_form_must_be_one() {
    let server = TestServer::new();
    let image = example("mnist/digit_7.png");
    let (media, body) = form("picture", &[&image]);
    server.post("/api/prove", media, &body).error(400);
    let (media, body) = form("image", &[]);
    server.post("/api/prove", media, &body).error(400);
    server.post("/api/prove", media, &image).error(400);
    server
        .post("/api/prove", "multipart/form-data", &image)
        .error(400);
    let (media, body) = form("image", &[&image]);
    server
        .post("/api/prove", media, &body[..body.len() - 10])
        .error(400);
}

#[test]
fn other_media_types_are_refused() {
    let server = TestServer::new();
    for route in ["/api/execute", "/api/prove", "/api/verify"] {
        for media in [
            "text/plain",
            "application/json",
            "application/x-www-form-urlencoded",
        ] {
            server.post(route, media, b"bytes").error(415);
        }
    }
    server.post("/api/verify", "image/png", b"").error(415);
}

#[test]
fn a_full_queue_sends_away() {
    let server = TestServer::with(Limits {
        queue: 1,
        ..Limits::DEFAULT
    });
    let (media, body) = digits(64);
    let head = format!(
        "Content-Type: {media}\r\nContent-Length: {}\r\n",
        body.len()
    );
    let prove = || {
        let mut connection = server.head("POST /api/prove?model=mnist-cnn", &head);
        connection.send(&body);
        connection
    };
    let mut proofs = vec![prove()];
    server.wait_for(AT_WORK, 1.0);
    proofs.push(prove());
    server.wait_for(WAITING, 1.0);
    let answer = server.send("/api/prove", &example("fashion/8_bag.png"));
    assert!(answer.error(503).contains("busy"));
    assert!(answer.header("retry-after").parse::<u32>().unwrap() > 0);
    // Other work has a queue of its own.
    server
        .send("/api/execute", &example("fashion/8_bag.png"))
        .ok();
    assert_eq!(server.metric(&refused("queue")), 1.0);
    drop(proofs);
    server.wait_for(WAITING, 0.0);
    server.wait_for(AT_WORK, 0.0);
    server
        .send("/api/prove", &example("fashion/8_bag.png"))
        .ok();
}

#[test]
fn one_proof_is_made_at_a_time() {
    let server = TestServer::new();
    let (media, body) = digits(12);
    let prove = || {
        server
            .post("/api/prove?model=mnist-cnn", media, &body)
            .status
    };
    std::thread::scope(|scope| {
        let proofs = [scope.spawn(prove), scope.spawn(prove)];
        server.wait_for(AT_WORK, 1.0);
        let mut most = 0.0_f64;
        while !proofs.iter().all(|proof| proof.is_finished()) {
            most = most.max(server.metric(AT_WORK));
        }
        assert_eq!(most, 1.0);
        assert!(
            proofs
                .map(|proof| proof.join().unwrap())
                .iter()
                .all(|status| *status == 200)
        );
    });
}

#[test]
fn a_slow_head_is_the_end_of_the_connection() {
    let server = TestServer::with(Limits {
        read_timeout: SHORT,
        ..Limits::DEFAULT
    });
    let answer = server.raw(b"GET /healthz HTTP/1.1\r\nHost: local").bytes();
    assert!(!answer.starts_with(b"HTTP/1.1 200"));
}

#[test]
fn a_slow_body_is_refused() {
    let limits = [
        Limits {
            read_timeout: SHORT,
            ..Limits::DEFAULT
        },
        Limits {
            timeout: SHORT,
            ..Limits::DEFAULT
        },
    ];
    for server in limits.map(TestServer::with) {
        let mut connection = server.head("POST /api/prove", NO_BODY);
        connection.send(b"half");
        assert!(connection.answer().error(408).contains("in time"));
    }
}

#[test]
fn who_takes_no_answer_keeps_no_place() {
    let server = TestServer::with(Limits {
        read_timeout: SHORT,
        connections: 1,
        ..Limits::DEFAULT
    });
    let request = format!(
        "GET /api/openapi.json HTTP/1.1\r\nHost: {}\r\n\r\n",
        server.address
    );
    // The answers do not fit into the sockets' buffers.
    let deaf = server.raw(request.repeat(1000).as_bytes());
    wait_until("a free place", || server.get("/healthz").status == 200);
    drop(deaf);
}

#[test]
fn a_broken_body_is_refused() {
    let server = TestServer::new();
    let mut connection = server.head("POST /api/verify", "Transfer-Encoding: chunked\r\n");
    connection.send(b"this is no chunk\r\n");
    assert_eq!(connection.answer().status, 400);
}

#[test]
fn a_proof_that_takes_too_long_is_stopped() {
    let server = TestServer::with(Limits {
        timeout: Duration::from_millis(150),
        ..Limits::DEFAULT
    });
    let (media, body) = digits(64);
    let answer = server.post("/api/prove?model=mnist-cnn", media, &body);
    assert!(answer.error(503).contains("time"));
    assert!(!answer.header("retry-after").is_empty());
    server.wait_for("zklens_proofs_stopped_total", 1.0);
}
