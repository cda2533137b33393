//! Jobs, attacked: guessed ids, many jobs, slow clients, and time.

use crate::jobs::{AT_WORK, KEPT, WAITING, address, ask, ask_from, delete, ended, outcome};
use crate::support::{TestServer, example, logs, refused, wait_until};
use std::time::Duration;
use zklens_server::Limits;

const SHORT: Duration = Duration::from_millis(300);

#[test]
fn nobody_finds_a_job_without_its_id() {
    let server = TestServer::new();
    let job = address(&ask(&server, 1));
    let id = job.strip_prefix("/api/jobs/").unwrap();
    let unknown = server.get(&format!("/api/jobs/{}", "0".repeat(32)));
    unknown.error(404);
    let mut guesses = vec![
        id[..31].to_owned(),
        format!("{id}0"),
        format!("{id}%00"),
        format!("%20{id}"),
        id.to_uppercase().replace(|c: char| c.is_ascii_digit(), "A"),
        "*".into(),
    ];
    // Every id that differs in one bit.
    for bit in 0..128 {
        let number = u128::from_str_radix(id, 16).unwrap() ^ (1 << bit);
        guesses.push(format!("{number:032x}"));
    }
    for guess in guesses {
        let guess = format!("/api/jobs/{guess}");
        let answer = server.get(&guess);
        assert_eq!(
            (answer.status, answer.text()),
            (404, unknown.text()),
            "{guess}"
        );
        assert_eq!(delete(&server, &guess), 404, "{guess}");
    }
    for list in ["/api/jobs", "/api/jobs/"] {
        assert_eq!(server.get(list).status, 404, "{list}");
    }
    outcome(&server, &job).ok();
    assert!(!server.get("/metrics").text().contains(id));
    assert!(!logs().contains(id));
}

#[test]
fn no_client_has_all_jobs() {
    let server = TestServer::with(Limits {
        job_count: 4,
        ..Limits::DEFAULT
    });
    for _ in 0..2 {
        outcome(&server, &address(&ask(&server, 1))).ok();
    }
    let third = ask(&server, 1);
    assert!(third.error(503).contains("too many jobs"));
    assert!(!third.header("retry-after").is_empty());
    assert_eq!(server.metric(&refused("jobs")), 1.0);
    assert_eq!(server.metric(WAITING), 0.0);
    // Another one still has room.
    let other = address(&ask_from(&server, 2, 1));
    outcome(&server, &other).ok();
    // So has the first when a job is deleted, and for a proof that it waits for.
    server
        .send("/api/prove?model=mnist-cnn", &example("mnist/digit_7.png"))
        .ok();
    assert_eq!(delete(&server, &other), 204);
    ask(&server, 1).error(503);
    assert_eq!(server.metric(KEPT), 2.0);
}

#[test]
fn results_have_a_bounded_memory() {
    let server = TestServer::with(Limits {
        job_bytes: 1_000_000,
        ..Limits::DEFAULT
    });
    let mut count = 0.0;
    let refusal = loop {
        let answer = ask(&server, 1);
        if answer.status == 503 {
            break answer;
        }
        outcome(&server, &address(&answer)).ok();
        count += 1.0;
        assert!(count < 64.0);
    };
    assert!(refusal.error(503).contains("too many jobs"));
    assert!(count > 1.0, "{count}");
    assert_eq!(server.metric(KEPT), count);
}

#[test]
fn a_full_queue_takes_no_jobs_and_a_lost_place_ends_one() {
    let server = TestServer::with(Limits {
        queue: 1,
        ..Limits::DEFAULT
    });
    let [running, waiting] = [(); 2].map(|()| {
        let job = address(&ask(&server, 64));
        server.wait_for(AT_WORK, 1.0);
        job
    });
    assert!(ask(&server, 1).error(503).contains("busy"));
    assert_eq!(server.metric(KEPT), 2.0);
    let other = address(&ask_from(&server, 2, 1));
    let lost = outcome(&server, &waiting);
    assert!(lost.error(410).contains("busy"), "{}", lost.text());
    assert_eq!(delete(&server, &running), 204);
    outcome(&server, &other).ok();
    assert_eq!(server.metric(&ended("failed")), 1.0);
    assert_eq!(server.metric(&refused("queue")), 2.0);
}

#[test]
fn a_result_is_forgotten_when_its_time_is_over() {
    let server = TestServer::with(Limits {
        job_keep: SHORT,
        ..Limits::DEFAULT
    });
    let job = address(&ask(&server, 1));
    wait_until("the result is forgotten", || server.get(&job).status == 404);
    assert_eq!(server.metric(&ended("done")), 1.0);
    assert_eq!(server.metric(KEPT), 0.0);
}

#[test]
fn a_job_that_takes_too_long_is_stopped() {
    let server = TestServer::with(Limits {
        job_timeout: Duration::from_millis(150),
        ..Limits::DEFAULT
    });
    let job = address(&ask(&server, 64));
    for _ in 0..2 {
        let answer = outcome(&server, &job);
        assert!(answer.error(410).contains("time"));
        assert_eq!(answer.header("retry-after"), "");
    }
    server.wait_for("zklens_proofs_stopped_total", 1.0);
    // Counted once, however often it is looked at.
    assert_eq!(server.metric(&refused("time")), 1.0);
    assert_eq!(server.metric(&ended("failed")), 1.0);
}

#[test]
fn who_takes_no_result_keeps_nobody_from_it() {
    let server = TestServer::with(Limits {
        read_timeout: SHORT,
        connections: 2,
        ..Limits::DEFAULT
    });
    let job = address(&ask(&server, 1));
    outcome(&server, &job).ok();
    let request = format!("GET {job} HTTP/1.1\r\nHost: {}\r\n\r\n", server.address);
    // The answers do not fit into the sockets' buffers.
    let deaf = server.raw(request.repeat(1000).as_bytes());
    server.get(&job).ok();
    assert_eq!(delete(&server, &job), 204);
    assert_eq!(server.metric(KEPT), 0.0);
    drop(deaf);
}
