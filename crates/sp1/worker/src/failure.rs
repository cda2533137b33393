//! Makers of [`Failure`]s, one for each party that can be at fault.

use zklens_sp1::protocol::{Failure, FailureKind};

pub(crate) fn engine(message: impl Into<String>) -> Failure {
    failure(FailureKind::Engine, message, None)
}

/// The failure for a request from a zklens of another version.
pub(crate) fn other_version() -> Failure {
    engine("zklens and zklens-sp1 are of different versions: install both again")
}

pub(crate) fn input(message: impl Into<String>) -> Failure {
    failure(FailureKind::Input, message, None)
}

pub(crate) fn machine(message: impl Into<String>, help: &str) -> Failure {
    failure(FailureKind::Machine, message, Some(help))
}

#[cfg(feature = "network")]
pub(crate) fn network(message: impl Into<String>, help: &str) -> Failure {
    failure(FailureKind::Network, message, Some(help))
}

fn failure(kind: FailureKind, message: impl Into<String>, help: Option<&str>) -> Failure {
    Failure {
        kind,
        message: message.into(),
        help: help.map(str::to_owned),
    }
}
