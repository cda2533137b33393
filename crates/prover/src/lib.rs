//! The prover: fast twins of the trusted crates' protocols, file by file.

#![forbid(unsafe_code)]
#![deny(missing_docs)]

pub mod commitment;
pub mod sumcheck;
