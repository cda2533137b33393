//! The state that all requests share.

use crate::client::{Client, Proxies};
use crate::connections::{Connections, Owner};
use crate::engine::Engine;
use crate::error::ApiError;
use crate::gate::Gate;
use crate::guard::Guard;
use crate::jobs::Jobs;
use crate::memory::{Memory, Share};
use crate::metrics::{Metrics, Now};
use crate::options::{Limits, Options};
use axum::http::{HeaderMap, Method, Uri};
use std::net::IpAddr;
use std::sync::Arc;
use tokio::time::Instant;

/// How many pictures are classified or proofs verified at the same time. A picture may take a gigabyte.
const OTHER_JOBS: usize = 4;

#[derive(Debug)]
pub(crate) struct App {
    pub(crate) engine: Arc<Engine>,
    pub(crate) limits: Limits,
    pub(crate) proofs: Gate,
    /// All other work: classifying and verifying.
    pub(crate) others: Gate,
    pub(crate) metrics: Metrics,
    pub(crate) connections: Arc<Connections>,
    pub(crate) jobs: Arc<Jobs>,
    memory: Arc<Memory>,
    proxies: Proxies,
    guard: Guard,
}

impl App {
    pub(crate) fn new(options: &Options, engine: Arc<Engine>) -> Self {
        let limits = options.limits;
        let gate = |at_work| Gate::new(at_work, limits.queue);
        Self {
            engine,
            limits,
            proofs: gate(limits.jobs),
            others: gate(OTHER_JOBS),
            metrics: Metrics::new(),
            connections: Arc::new(Connections::new(
                limits.connections,
                limits.connections_per_address,
            )),
            jobs: Arc::new(Jobs::new(&limits)),
            memory: Arc::new(Memory::new(limits.max_body.saturating_mul(limits.bodies))),
            proxies: Proxies::new(&options.proxies),
            guard: Guard::new(options.listen.ip(), &options.hosts),
        }
    }

    /// The time by which a request that begins now has to be answered.
    pub(crate) fn deadline(&self) -> Instant {
        Instant::now() + self.limits.timeout
    }

    /// The owner of a connection from this address.
    pub(crate) fn owner(&self, peer: IpAddr) -> Owner {
        let client = Client::of(peer);
        if self.proxies.include(peer) {
            Owner::Proxy(client)
        } else {
            Owner::Client(client)
        }
    }

    /// The client that a request comes from: that of its connection, or the one that a trusted proxy names.
    pub(crate) fn client(&self, peer: IpAddr, headers: &HeaderMap) -> Client {
        self.proxies.client(peer, headers)
    }

    /// Refuses a request that another page's script may have sent.
    pub(crate) fn check(
        &self,
        method: &Method,
        uri: &Uri,
        headers: &HeaderMap,
    ) -> Result<(), ApiError> {
        self.guard.check(method, uri, headers)
    }

    /// A share of the memory for the body of a client's request.
    pub(crate) fn share(&self, client: Client) -> Share {
        self.memory.share(client)
    }

    /// The values of gauges now.
    pub(crate) fn now(&self) -> Now {
        Now {
            proofs_at_work: self.proofs.at_work(),
            proofs_waiting: self.proofs.waiting(),
            connections: self.connections.count(),
            jobs: self.jobs.count(),
        }
    }
}
