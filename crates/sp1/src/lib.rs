//! The second engine: SP1, a zkVM, proves the whole way from an image file to its IPFS address and label.
//!
//! What is proved is ordinary Rust, `zklens-sp1-program`, compiled to the [`Program`]s in `elf/`. A proof says:
//! *the file with this IPFS address decodes to pixels in which this network sees this label*.
//!
//! Running and proving takes SP1's SDK, which is 700 packages and wants gigabytes of memory. So it is in
//! a program of its own, `zklens-sp1` (in `worker/`), which [`Worker`] starts and talks to by the messages
//! of [`protocol`]; that it may be killed for the memory it takes does no harm here. Proofs for contracts (Groth16 and PLONK) are
//! verified without it.

#![forbid(unsafe_code)]
#![deny(missing_docs)]

mod bundle;
mod conversation;
mod error;
mod memory;
mod program;
mod proof_file;
pub mod protocol;
mod statement;
mod verify;
mod worker;

pub use bundle::ProofBundle;
pub use error::WorkerError;
pub use memory::{MEMORY_NEEDED, available_memory};
pub use program::Program;
pub use proof_file::{
    MAX_PROOF_FILE_BYTES, PROOF_MAGIC, PROOF_VERSION, ProofFile, ProofFileError, SP1_CIRCUITS,
};
pub use statement::{Network, Statement, StatementError};
pub use verify::{Verified, VerifyError, verify};
pub use worker::{Executed, Proved, Worker};
