//! The command as a person runs it.

mod evm;
mod execute;
mod import;
mod keygen;
mod prove;
#[cfg(feature = "serve")]
mod serve;
mod setup;
#[cfg(unix)]
mod sp1;
mod strangers;
mod support;
mod verify;
