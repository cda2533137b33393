//! Jobs: looked at, fetched, cancelled.

use crate::support::{Answer, TestServer, digits, example};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde_json::Value;
use std::time::{Duration, Instant};
use zklens_verifier::ProofFile;

pub(crate) const AT_WORK: &str = "zklens_proofs_at_work";
pub(crate) const WAITING: &str = "zklens_proofs_waiting";
pub(crate) const KEPT: &str = "zklens_jobs_kept";

pub(crate) fn ended(end: &str) -> String {
    format!("zklens_jobs_ended_total{{end=\"{end}\"}}")
}

/// Asks for a job of `images` copies of one digit. 64 take seconds.
pub(crate) fn ask(server: &TestServer, images: usize) -> Answer {
    let (media, body) = digits(images);
    let headers = [("content-type", media), ("prefer", "respond-async")];
    server.request("POST", "/api/prove?model=mnist-cnn", &headers, &body)
}

/// The same from 127.0.0.`last`: to the server, another client.
pub(crate) fn ask_from(server: &TestServer, last: u8, images: usize) -> Answer {
    let (media, body) = digits(images);
    let length = body.len();
    let headers =
        format!("Content-Type: {media}\r\nContent-Length: {length}\r\nPrefer: respond-async\r\n");
    let mut connection = server.head_from(last, "POST /api/prove?model=mnist-cnn", &headers);
    connection.send(&body);
    connection.answer()
}

/// The address of a job that was accepted.
#[track_caller]
pub(crate) fn address(answer: &Answer) -> String {
    assert_eq!(answer.status, 202, "{}", answer.text());
    let address = answer.header("location").to_owned();
    let id = address.strip_prefix("/api/jobs/").unwrap();
    assert_eq!(answer.json()["id"], id);
    assert_eq!(id.len(), 32);
    address
}

/// A job's end, which must come.
pub(crate) fn outcome(server: &TestServer, address: &str) -> Answer {
    let started = Instant::now();
    loop {
        let answer = server.request("GET", address, &[("prefer", "wait=30")], b"");
        if answer.status != 202 {
            return answer;
        }
        assert!(started.elapsed() < crate::support::PATIENCE);
    }
}

pub(crate) fn delete(server: &TestServer, address: &str) -> u16 {
    server.request("DELETE", address, &[], b"").status
}

#[test]
fn a_job_has_the_answer_that_the_request_would_have_had() {
    let server = TestServer::new();
    let accepted = ask(&server, 2);
    let address = address(&accepted);
    assert_eq!(accepted.header("preference-applied"), "respond-async");
    assert_eq!(accepted.header("retry-after"), "1");
    let proof = outcome(&server, &address).ok();
    assert_eq!(proof["images"].as_array().unwrap().len(), 2);
    assert_eq!(proof["images"][1]["class"], "7");
    let file = BASE64_STANDARD.decode(proof["proof"].as_str().unwrap());
    let file = file.unwrap();
    assert_eq!(ProofFile::decode(&file).unwrap().statement.labels, [7, 7]);
    server.send("/api/verify", &file).ok();
    // It can be fetched again, also as bytes.
    let bytes = [("accept", "application/octet-stream")];
    let fetched = server.request("GET", &address, &bytes, b"");
    assert_eq!(fetched.body, file);
    assert_eq!(fetched.header("content-type"), "application/octet-stream");
    assert_eq!(server.get(&address).ok(), proof);
    assert_eq!(server.metric(&ended("done")), 1.0);
    assert_eq!(server.metric(KEPT), 1.0);
}

#[test]
fn a_job_tells_how_far_it_is() {
    let server = TestServer::new();
    let address = address(&ask(&server, 64));
    let mut told: Vec<Value> = Vec::new();
    loop {
        let answer = server.get(&address);
        if answer.status == 200 {
            break;
        }
        assert_eq!(answer.status, 202);
        let status = answer.json();
        let (stage, fraction) = (status["stage"].as_str(), status["fraction"].as_f64());
        if status["state"] == "running" {
            assert!((0.0..=1.0).contains(&fraction.unwrap()), "{status}");
            assert!(stage.is_some(), "{status}");
        }
        told.push(status);
    }
    let fractions: Vec<f64> = told
        .iter()
        .filter_map(|status| status["fraction"].as_f64())
        .collect();
    assert!(fractions.is_sorted(), "{fractions:?}");
    let stages = ["commit", "lookups", "sumcheck", "opening"];
    let seen = stages
        .iter()
        .filter(|stage| told.iter().any(|status| status["stage"] == **stage));
    assert!(seen.count() >= 2, "{told:?}");
    assert!(
        told.iter()
            .any(|status| status["secondsLeft"].as_f64() > Some(0.0)),
        "{told:?}"
    );
}

#[test]
fn a_job_that_waits_tells_how_many_are_before_it() {
    let server = TestServer::new();
    let jobs = [1, 2, 3].map(|count| {
        let job = address(&ask(&server, 64));
        // Before the next one is there, the first has its turn.
        server.wait_for(AT_WORK, 1.0);
        server.wait_for(WAITING, f64::from(count - 1));
        job
    });
    let ahead = |job: &String| server.get(job).json()["ahead"].as_u64();
    assert_eq!(
        jobs.iter().map(ahead).collect::<Vec<_>>(),
        [None, Some(1), Some(2)]
    );
    // Another client has not had a turn yet.
    let other = address(&ask_from(&server, 2, 64));
    assert_eq!(ahead(&other), Some(1));
    assert_eq!(ahead(&jobs[2]), Some(3));
    assert_eq!(delete(&server, &jobs[1]), 204);
    server.wait_for(WAITING, 2.0);
    assert_eq!(ahead(&jobs[2]), Some(2));
    for job in [&other, &jobs[2], &jobs[0]] {
        assert_eq!(delete(&server, job), 204);
    }
}

#[test]
fn a_job_is_cancelled_once_while_it_waits_and_while_it_is_worked_on() {
    let server = TestServer::new();
    let jobs = [(); 2].map(|()| {
        let job = address(&ask(&server, 64));
        server.wait_for(AT_WORK, 1.0);
        job
    });
    let [running, queued] = &jobs;
    assert_eq!(delete(&server, queued), 204);
    server.wait_for(WAITING, 0.0);
    assert_eq!(delete(&server, running), 204);
    server.wait_for(AT_WORK, 0.0);
    server.wait_for("zklens_proofs_stopped_total", 1.0);
    for job in &jobs {
        assert_eq!(delete(&server, job), 404);
        server.get(job).error(404);
    }
    assert_eq!(server.metric(&ended("cancelled")), 2.0);
    assert_eq!(server.metric(&ended("done")), 0.0);
    assert_eq!(server.metric(KEPT), 0.0);
    // Deleting a job with a result does not count as cancelling.
    let done = address(&ask(&server, 1));
    outcome(&server, &done).ok();
    assert_eq!(delete(&server, &done), 204);
    assert_eq!(delete(&server, &done), 404);
    assert_eq!(server.metric(&ended("cancelled")), 2.0);
}

#[test]
fn who_waits_for_a_job_hears_that_it_was_cancelled() {
    let server = TestServer::new();
    let job = address(&ask(&server, 64));
    std::thread::scope(|scope| {
        let waiting = scope.spawn(|| outcome(&server, &job));
        server.wait_for(AT_WORK, 1.0);
        assert_eq!(delete(&server, &job), 204);
        // Cancelled before the other looked, it is unknown.
        let answer = waiting.join().unwrap();
        assert!([404, 410].contains(&answer.status), "{}", answer.text());
    });
}

#[test]
fn a_job_goes_on_when_its_client_is_gone() {
    let server = TestServer::new();
    let job = address(&ask_from(&server, 3, 1));
    outcome(&server, &job).ok();
}

#[test]
fn a_job_fails_as_its_request_would() {
    let server = TestServer::new();
    let cut = &example("mnist/digit_7.png")[..60];
    let now = server.send("/api/prove", cut);
    let headers = [("prefer", "respond-async")];
    let later = server.request("POST", "/api/prove", &headers, cut);
    let later = outcome(&server, &address(&later));
    assert_eq!((later.status, later.json()), (422, now.json()));
    assert_eq!(server.metric(&ended("failed")), 1.0);
    // Some things are known at once.
    let wrong = server.request("POST", "/api/prove?model=alexnet", &headers, cut);
    wrong.error(400);
    assert_eq!(server.metric(KEPT), 1.0);
}

#[test]
fn jobs_end_with_their_server() {
    let mut server = TestServer::new();
    let job = address(&ask(&server, 64));
    server.wait_for(AT_WORK, 1.0);
    let head = "Prefer: wait=30\r\n";
    let waiting = server.head(&format!("GET {job}"), head);
    let route =
        "zklens_http_requests_total{method=\"GET\",route=\"/api/jobs/{id}\",status=\"202\"}";
    server.get(&job);
    server.wait_for(route, 1.0);
    let started = Instant::now();
    server.stop();
    server.join();
    assert!(started.elapsed() < Duration::from_secs(20));
    // Unless its connection had not begun to be served.
    let answer = waiting.bytes();
    assert!(answer.is_empty() || answer.starts_with(b"HTTP/1.1 410"));
    let next = TestServer::new();
    next.get(&job).error(404);
}
