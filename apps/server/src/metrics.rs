//! The server's counters, in the format of Prometheus.

use crate::error::Refusal;
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::metrics::info::Info;
use prometheus_client::registry::{Registry, Unit};
use std::fmt;
use std::time::Duration;

/// The media type of [`Metrics::text`].
pub(crate) const MEDIA_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Request {
    method: &'static str,
    route: String,
    status: u16,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Route {
    route: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Proof {
    model: String,
    layout: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Verdict {
    verified: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Cause {
    cause: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct JobEnd {
    end: &'static str,
}

/// How a job ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    Done,
    Failed,
    Cancelled,
}

impl End {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
        }
    }
}

#[derive(Debug)]
pub(crate) struct Metrics {
    registry: Registry,
    requests: Family<Request, Counter>,
    request_time: Family<Route, Histogram>,
    proofs: Family<Proof, Counter>,
    proof_time: Family<Proof, Histogram>,
    stopped: Counter,
    images: Family<Proof, Counter>,
    verdicts: Family<Verdict, Counter>,
    proofs_at_work: Gauge,
    proofs_waiting: Gauge,
    refusals: Family<Cause, Counter>,
    connections: Gauge,
    job_ends: Family<JobEnd, Counter>,
    jobs_kept: Gauge,
}

/// The values of gauges at this moment.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Now {
    pub(crate) proofs_at_work: usize,
    pub(crate) proofs_waiting: usize,
    pub(crate) connections: usize,
    pub(crate) jobs: usize,
}

impl Metrics {
    pub(crate) fn new() -> Self {
        let mut metrics = Self {
            registry: Registry::with_prefix("zklens"),
            requests: Family::default(),
            request_time: Family::new_with_constructor(histogram),
            proofs: Family::default(),
            proof_time: Family::new_with_constructor(histogram),
            stopped: Counter::default(),
            images: Family::default(),
            verdicts: Family::default(),
            proofs_at_work: Gauge::default(),
            proofs_waiting: Gauge::default(),
            refusals: Family::default(),
            connections: Gauge::default(),
            job_ends: Family::default(),
            jobs_kept: Gauge::default(),
        };
        metrics.register();
        metrics
    }

    fn register(&mut self) {
        let all = &mut self.registry;
        let version = Info::new(vec![("version", env!("CARGO_PKG_VERSION"))]);
        all.register("build", "The program", version);
        all.register("http_requests", "Requests answered", self.requests.clone());
        let time = "Time to answer a request";
        all.register_with_unit(
            "http_request",
            time,
            Unit::Seconds,
            self.request_time.clone(),
        );
        all.register("proofs", "Proofs made", self.proofs.clone());
        let time = "Time to make and verify a proof";
        all.register_with_unit("proof", time, Unit::Seconds, self.proof_time.clone());
        let stopped = "Proofs given up: no time, or nobody to have them";
        all.register("proofs_stopped", stopped, self.stopped.clone());
        all.register(
            "images_proved",
            "Images in these proofs",
            self.images.clone(),
        );
        all.register("verifications", "Proofs looked at", self.verdicts.clone());
        let running = "Proofs that are being made";
        all.register("proofs_at_work", running, self.proofs_at_work.clone());
        let waiting = "Proofs that wait for their turn";
        all.register("proofs_waiting", waiting, self.proofs_waiting.clone());
        let refused = "Requests and connections that a limit ended";
        all.register("refused", refused, self.refusals.clone());
        all.register("connections", "Open connections", self.connections.clone());
        all.register("jobs_ended", "Jobs ended", self.job_ends.clone());
        let kept = "Jobs that wait, are worked on, or are kept with their results";
        all.register("jobs_kept", kept, self.jobs_kept.clone());
    }

    pub(crate) fn request(&self, method: &'static str, route: &str, status: u16, time: Duration) {
        let route = route.to_owned();
        let request = Request {
            method,
            route,
            status,
        };
        self.requests.get_or_create(&request).inc();
        let route = Route {
            route: request.route,
        };
        self.request_time
            .get_or_create(&route)
            .observe(time.as_secs_f64());
    }

    pub(crate) fn proof(&self, model: &str, layout: &'static str, images: usize, time: Duration) {
        let model = model.to_owned();
        let proof = Proof { model, layout };
        self.proofs.get_or_create(&proof).inc();
        self.images.get_or_create(&proof).inc_by(images as u64);
        self.proof_time
            .get_or_create(&proof)
            .observe(time.as_secs_f64());
    }

    pub(crate) fn proof_stopped(&self) {
        self.stopped.inc();
    }

    pub(crate) fn job(&self, end: End) {
        let end = JobEnd { end: end.name() };
        self.job_ends.get_or_create(&end).inc();
    }

    pub(crate) fn verdict(&self, is_true: bool) {
        let verified = if is_true { "true" } else { "false" };
        self.verdicts.get_or_create(&Verdict { verified }).inc();
    }

    pub(crate) fn refused(&self, refusal: Refusal) {
        let cause = match refusal {
            Refusal::OfOne => "connections_of_one_address",
            Refusal::Connections => "connections",
            Refusal::Idle => "idle_connection",
            Refusal::Queue => "queue",
            Refusal::Memory => "memory",
            Refusal::Slow => "slow_body",
            Refusal::Time => "time",
            Refusal::Jobs => "jobs",
        };
        self.refusals.get_or_create(&Cause { cause }).inc();
    }

    /// All refusals.
    pub(crate) fn text(&self, now: Now) -> Result<String, fmt::Error> {
        let gauge = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
        self.proofs_at_work.set(gauge(now.proofs_at_work));
        self.proofs_waiting.set(gauge(now.proofs_waiting));
        self.connections.set(gauge(now.connections));
        self.jobs_kept.set(gauge(now.jobs));
        let mut text = String::new();
        encode(&mut text, &self.registry)?;
        Ok(text)
    }
}

/// The buckets of durations: two milliseconds to ten minutes.
fn histogram() -> Histogram {
    Histogram::new([
        0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0, 60.0, 120.0,
        300.0, 600.0,
    ])
}
