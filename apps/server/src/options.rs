//! The options of the server.

use crate::client::Network;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::Duration;

/// Where the server listens, by which names, and how much it does.
#[derive(Clone, Debug)]
pub struct Options {
    /// Address and port; port 0 takes a free one.
    pub listen: SocketAddr,
    /// Names that `Host` may have besides `localhost` and the address: without a port.
    pub hosts: Vec<String>,
    /// Proxies in front of the server. `X-Forwarded-For` names the client of a request that they send, and the limits of
    /// one address do not apply to their connections.
    pub proxies: Vec<Network>,
    /// How much a request may ask for.
    pub limits: Limits,
    /// How long running requests may go on when the server is told to stop.
    pub grace: Duration,
}

impl Options {
    /// The default address. Only this machine reaches it.
    pub const LISTEN: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 8080);

    /// The default of `grace`.
    pub const GRACE: Duration = Duration::from_secs(30);
}

impl Default for Options {
    fn default() -> Self {
        Self {
            listen: Self::LISTEN,
            hosts: Vec::new(),
            proxies: Vec::new(),
            limits: Limits::DEFAULT,
            grace: Self::GRACE,
        }
    }
}

/// How much a request may ask for, and how many there may be.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// The most bytes of a request's body.
    pub max_body: usize,
    /// The most images of one proof.
    pub max_images: usize,
    /// The longest time from a request's head to its answer.
    pub timeout: Duration,
    /// The longest time for a request's head, and the longest pause while its body arrives or its answer is taken.
    pub read_timeout: Duration,
    /// The fewest bytes of a body per second, on average after the first `read_timeout`.
    pub body_rate: usize,
    /// How many bodies of `max_body` bytes fit into the memory for bodies. A client that takes some of it leaves at least
    /// as much free for others.
    pub bodies: usize,
    /// How many proofs are made at the same time. One alone uses all cores, and a large one is made alone.
    pub jobs: usize,
    /// How many requests may wait for their turn: this many for proofs, and as many again for everything else. When all
    /// places are taken, the client with the most makes room for a client with fewer.
    pub queue: usize,
    /// How many connections may be open at the same time. For one more, an idle one is closed, or one of the client with
    /// the most; if neither is possible, the new one is refused.
    pub connections: usize,
    /// The same for one IPv4 address, or the /64 network of an IPv6 address. Only its own connections are closed.
    pub connections_per_address: usize,
    /// The number of requests after which a connection is closed.
    pub requests_per_connection: usize,
    /// The age at which a connection is closed once its request is answered.
    pub connection_time: Duration,
    /// The longest time from a job's request to the end of its work.
    pub job_timeout: Duration,
    /// How long the result of a job is kept.
    pub job_keep: Duration,
    /// How many jobs there may be, those with results among them. A client that has some leaves at least as many for others.
    pub job_count: usize,
    /// The most bytes of all results. A client that has some leaves at least as many for others.
    pub job_bytes: usize,
}

impl Limits {
    /// The defaults.
    pub const DEFAULT: Self = Self {
        max_body: 32 << 20,
        max_images: 64,
        timeout: Duration::from_secs(300),
        read_timeout: Duration::from_secs(15),
        body_rate: 4 << 10,
        bodies: 8,
        jobs: 1,
        queue: 8,
        connections: 256,
        connections_per_address: 64,
        requests_per_connection: 1000,
        connection_time: Duration::from_secs(300),
        job_timeout: Duration::from_secs(3600),
        job_keep: Duration::from_secs(600),
        job_count: 64,
        job_bytes: 64 << 20,
    };
}

impl Default for Limits {
    fn default() -> Self {
        Self::DEFAULT
    }
}

/// The format of the logs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LogFormat {
    /// Lines for people.
    #[default]
    Text,
    /// One JSON object per line.
    Json,
}
