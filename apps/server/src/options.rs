//! What can be chosen when the server starts.

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
    /// Proxies in front of the server. Of their requests, the client is who `X-Forwarded-For` says; the
    /// limits of one address do not hold for their connections.
    pub proxies: Vec<Network>,
    /// How much a request may ask for.
    pub limits: Limits,
    /// How long running requests may go on when the server is told to stop.
    pub grace: Duration,
}

impl Options {
    /// Where the server listens unless told otherwise: this machine alone reaches it there.
    pub const LISTEN: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 8080);

    /// How long running requests may go on unless told otherwise.
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
    /// Most bytes of a request's body.
    pub max_body: usize,
    /// Most images of one proof.
    pub max_images: usize,
    /// Longest time from a request's head to its answer.
    pub timeout: Duration,
    /// Longest time for a request's head, and longest pause in its body and in taking the answer.
    pub read_timeout: Duration,
    /// Fewest bytes of a body in a second, on average after the first `read_timeout`.
    pub body_rate: usize,
    /// How many bodies of `max_body` bytes fit into the memory for bodies. Whoever takes
    /// some of it leaves at least as much free for others.
    pub bodies: usize,
    /// How many proofs are made at a time; one uses all cores.
    pub jobs: usize,
    /// How many requests wait for their turn, once for proofs and once for everything else. Where all
    /// places are taken, who has most of them makes room for who has fewer.
    pub queue: usize,
    /// How many connections are open at a time. More are taken by closing one that is idle, or one of who
    /// has most of them; where that is nobody, they are refused.
    pub connections: usize,
    /// The same of one IPv4 address or of the /64 network of an IPv6 address, closing only its own.
    pub connections_per_address: usize,
    /// After how many requests a connection is closed.
    pub requests_per_connection: usize,
    /// After how long a connection is closed once its request is answered.
    pub connection_time: Duration,
}

impl Limits {
    /// What holds unless told otherwise.
    pub const DEFAULT: Self = Self {
        max_body: 32 << 20,
        max_images: 64,
        timeout: Duration::from_secs(60),
        read_timeout: Duration::from_secs(15),
        body_rate: 4 << 10,
        bodies: 8,
        jobs: 1,
        queue: 8,
        connections: 256,
        connections_per_address: 64,
        requests_per_connection: 1000,
        connection_time: Duration::from_secs(300),
    };
}

impl Default for Limits {
    fn default() -> Self {
        Self::DEFAULT
    }
}

/// How logs are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LogFormat {
    /// Lines for people.
    #[default]
    Text,
    /// One JSON object per line.
    Json,
}
