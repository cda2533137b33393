//! What can be chosen when the server starts.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::Duration;

/// Where the server listens, by which names, and how much it does.
#[derive(Clone, Debug)]
pub struct Options {
    /// Address and port; port 0 takes a free one.
    pub listen: SocketAddr,
    /// Names that `Host` may have besides `localhost` and the address: without a port.
    pub hosts: Vec<String>,
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
    /// How many proofs are made at a time; one uses all cores.
    pub jobs: usize,
    /// How many requests wait for their turn: so many proofs, and so many of everything else.
    pub queue: usize,
    /// How many connections are open at a time; more wait to be accepted.
    pub connections: usize,
}

impl Limits {
    /// What holds unless told otherwise.
    pub const DEFAULT: Self = Self {
        max_body: 32 << 20,
        max_images: 64,
        timeout: Duration::from_secs(60),
        read_timeout: Duration::from_secs(15),
        jobs: 1,
        queue: 8,
        connections: 256,
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
