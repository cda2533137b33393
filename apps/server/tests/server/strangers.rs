//! Clients that take what they can, each with an address of its own, and those who come after them.

use crate::support::{
    Connection, PATIENCE, TestServer, digits, example, form, refused, wait_until,
};
use std::time::Duration;
use zklens_server::Limits;

const AT_WORK: &str = "zklens_proofs_at_work";
const WAITING: &str = "zklens_proofs_waiting";
const OPEN: &str = "zklens_connections";

const SHORT: Duration = Duration::from_millis(300);

/// Asks and stays.
const HEALTH: &[u8] = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n";

/// The head of a proof's request with a body of 1,000 bytes, which are not there yet.
const SOME_BODY: &str = "Content-Type: image/png\r\nContent-Length: 1000\r\n";

fn keep_alive(server: &TestServer, last: u8) -> Connection {
    let mut connection = server.raw_from(last, HEALTH);
    assert!(connection.next().starts_with("HTTP/1.1 200"));
    connection
}

/// A request whose body has begun and does not end.
fn pending(server: &TestServer, last: u8, headers: &str, body: &[u8]) -> Connection {
    let head = format!("{SOME_BODY}Expect: 100-continue\r\n{headers}");
    let mut connection = server.head_from(last, "POST /api/prove", &head);
    // The server waits for the body.
    assert!(connection.next().starts_with("HTTP/1.1 100"));
    connection.send(body);
    connection
}

/// 64 digits to prove, which takes longer than the test.
fn proving(server: &TestServer, last: u8) -> Connection {
    let (media, body) = digits(64);
    let head = format!(
        "Content-Type: {media}\r\nContent-Length: {}\r\n",
        body.len()
    );
    let mut connection = server.head_from(last, "POST /api/prove?model=mnist-cnn", &head);
    connection.send(&body);
    connection
}

#[test]
fn one_address_has_only_so_many_connections() {
    let server = TestServer::new();
    let many: Vec<_> = (0..256).map(|_| keep_alive(&server, 2)).collect();
    let other = server.head_from(3, "GET /healthz", "");
    assert_eq!(other.answer().status, 200);
    // Those of 127.0.0.2, and the one that asks for this number.
    let limit = Limits::DEFAULT.connections_per_address as f64;
    assert!(server.metric(OPEN) <= limit + 2.0);
    assert_eq!(server.metric(&refused("idle_connection")), 256.0 - limit);
    drop(many);
}

#[test]
fn idle_connections_of_any_addresses_keep_nobody_out() {
    let limits = Limits {
        connections: 12,
        connections_per_address: 12,
        ..Limits::DEFAULT
    };
    // All of one client; one of each of twelve.
    for addresses in [[2; 12], std::array::from_fn(|index| index as u8 + 10)] {
        let server = TestServer::with(limits);
        let mut many: Vec<_> = addresses.map(|last| keep_alive(&server, last)).into();
        for round in 0..3 {
            let other = server.head_from(3, "GET /healthz", "");
            assert_eq!(other.answer().status, 200, "{round}");
            // Those that were closed come back.
            many.push(keep_alive(&server, addresses[0]));
            assert!(server.metric(OPEN) <= 12.0, "{round}");
        }
    }
}

#[test]
fn slow_bodies_take_no_place_in_the_queue() {
    let server = TestServer::with(Limits {
        queue: 0,
        ..Limits::DEFAULT
    });
    let silent: Vec<_> = (0..12)
        .map(|_| server.head_from(2, "POST /api/verify", "Content-Length: 1000000\r\n"))
        .chain((0..12).map(|_| pending(&server, 2, "", b"some")))
        .collect();
    assert_eq!(server.metric(WAITING), 0.0);
    server.send("/api/verify", b"no proof").error(422);
    let proof = server.send("/api/prove?model=mnist-cnn", &example("mnist/digit_1.png"));
    assert_eq!(proof.status, 200);
    drop(silent);
}

#[test]
fn busy_connections_of_one_address_make_room_for_another() {
    let server = TestServer::with(Limits {
        connections: 4,
        connections_per_address: 4,
        ..Limits::DEFAULT
    });
    let slow = [(); 4].map(|()| pending(&server, 2, "", b"some"));
    // They are not idle: one more of the same client is told so.
    assert_eq!(server.head_from(2, "GET /healthz", "").answer().status, 503);
    assert_eq!(server.head_from(3, "GET /healthz", "").answer().status, 200);
    drop(slow);
}

#[test]
fn a_connection_that_is_refused_is_told_why() {
    let server = TestServer::with(Limits {
        connections_per_address: 1,
        ..Limits::DEFAULT
    });
    let _busy = proving(&server, 2);
    server.wait_for(AT_WORK, 1.0);
    let answer = server.head_from(2, "GET /healthz", "").answer();
    assert!(answer.error(503).contains("too many connections"));
    assert!(answer.header("retry-after").parse::<u32>().unwrap() > 0);
    assert_eq!(server.metric(&refused("connections_of_one_address")), 1.0);
}

#[test]
fn a_body_that_trickles_is_refused() {
    let server = TestServer::with(Limits {
        read_timeout: SHORT,
        body_rate: 1 << 20,
        ..Limits::DEFAULT
    });
    let connection = server.head("POST /api/prove", SOME_BODY);
    let mut sender = connection.twin();
    // Never a pause of `read_timeout`; all of it would take a minute.
    std::thread::spawn(move || {
        for _ in 0..1000 {
            std::thread::sleep(SHORT / 6);
            if sender.try_send(b"a").is_err() {
                break;
            }
        }
    });
    assert!(connection.answer().error(408).contains("in time"));
    assert_eq!(server.metric(&refused("slow_body")), 1.0);
}

#[test]
fn bodies_of_one_client_leave_memory_to_others() {
    let server = TestServer::with(Limits {
        max_body: 1000,
        bodies: 2,
        // They are pending all the time, also on a busy machine.
        read_timeout: PATIENCE,
        timeout: 2 * PATIENCE,
        ..Limits::DEFAULT
    });
    let pending = pending(&server, 2, "", &[0; 999]);
    let prove = |last, length: usize| {
        let mut connection = server.head_from(
            last,
            "POST /api/prove",
            &format!("Content-Length: {length}\r\n"),
        );
        connection.send(&vec![b'a'; length]);
        connection.answer()
    };
    wait_until("an answer", || prove(2, 10).status == 503);
    assert!(prove(2, 10).error(503).contains("memory"));
    assert!(server.metric(&refused("memory")) >= 2.0);
    prove(3, 400).error(415);
    drop(pending);
    wait_until("an answer", || prove(2, 10).status == 415);
}

#[test]
fn who_waits_most_often_makes_room_in_the_queue() {
    let server = TestServer::with(Limits {
        queue: 1,
        ..Limits::DEFAULT
    });
    let first = proving(&server, 2);
    server.wait_for(AT_WORK, 1.0);
    let second = proving(&server, 2);
    server.wait_for(WAITING, 1.0);
    let (media, body) = form("image", &[&example("mnist/digit_1.png")]);
    std::thread::scope(|scope| {
        let other = scope.spawn(|| server.post("/api/prove?model=mnist-cnn", media, &body));
        assert!(second.answer().error(503).contains("busy"));
        drop(first);
        assert_eq!(other.join().unwrap().status, 200);
    });
}

#[test]
fn clients_behind_a_trusted_proxy_are_many() {
    let limits = Limits {
        max_body: 1000,
        bodies: 2,
        // They are pending all the time, also on a busy machine.
        read_timeout: PATIENCE,
        timeout: 2 * PATIENCE,
        connections_per_address: 1,
        ..Limits::DEFAULT
    };
    let server = TestServer::behind(&["127.0.0.9/32"], limits);
    let for_client = |client: &str| format!("X-Forwarded-For: 203.0.113.1, {client}\r\n");
    // The proxy has as many connections as it needs.
    let pending = pending(&server, 9, &for_client("198.51.100.1"), &[0; 999]);
    let prove = |last, client| {
        let head = format!("Content-Length: 10\r\n{}", for_client(client));
        let mut connection = server.head_from(last, "POST /api/prove", &head);
        connection.send(&[b'a'; 10]);
        connection.answer()
    };
    wait_until("an answer", || prove(9, "198.51.100.1").status == 503);
    prove(9, "198.51.100.2").error(415);
    // Nobody else is believed.
    prove(3, "198.51.100.1").error(415);
    drop(pending);
}

#[test]
fn a_connection_has_so_many_requests_and_so_much_time() {
    let limits = [
        (
            Limits {
                requests_per_connection: 2,
                ..Limits::DEFAULT
            },
            2,
        ),
        (
            Limits {
                connection_time: Duration::ZERO,
                ..Limits::DEFAULT
            },
            1,
        ),
    ];
    for (limits, answers) in limits {
        let server = TestServer::with(limits);
        let text = String::from_utf8(server.raw(&HEALTH.repeat(5)).bytes()).unwrap();
        assert_eq!(text.matches("HTTP/1.1 200").count(), answers);
        assert_eq!(text.matches("connection: close").count(), 1);
    }
}
