//! The command as a person runs it.

mod documents;
mod evm;
mod execute;
mod failures;
mod help;
mod import;
mod interrupt;
mod keygen;
mod mistakes;
mod photos;
mod preprocess;
mod prove;
mod resources;
#[cfg(feature = "serve")]
mod serve;
mod setup;
#[cfg(unix)]
mod sp1;
mod strangers;
mod streams;
mod support;
mod verify;
