//! The command as a person runs it.

mod ceremony;
mod evm;
mod execute;
mod import;
mod keygen;
mod prove;
#[cfg(feature = "serve")]
mod serve;
mod setup;
mod support;
mod verify;
