//! The prover: fast twins of the trusted crates' protocols, file by file.
//!
//! [`ProvingKey::new`] makes the keys of a model, [`prove`] proves what it sees.

#![forbid(unsafe_code)]
#![deny(missing_docs)]

pub mod commitment;
mod key;
mod lookup;
mod proof;
mod random;
mod relation;
pub mod sumcheck;
mod wiring;
mod witness;

pub use key::{
    KeygenError, PROVING_KEY_MAGIC, PROVING_KEY_VERSION, Privacy, ProvingKey, ProvingKeyError,
};
pub use proof::{ProveError, Proved, prove, prove_witness};
pub use witness::Witness;
