//! The second engine: SP1, a zkVM, proves the whole way from an image file to its IPFS address and
//! label.
//!
//! SP1 proves that ordinary Rust ran. Here this is the library `zklens-sp1-program`, compiled to
//! the [`Program`]s in `elf/`. A proof says: *the file with this IPFS address decodes to pixels in
//! which this network sees this label*.
//!
//! SP1's SDK, which runs and proves programs, has 700 dependencies and takes gigabytes of memory.
//! So it is in a program of its own, `zklens-sp1` (in `worker/`). [`Worker`] starts that program
//! and talks to it by the messages of [`protocol`]. If the system kills it for the memory that it
//! takes, this process lives on. Proofs for contracts (Groth16 and PLONK) are verified without the
//! SDK.
//!
//! ```
//! use zklens_sp1::protocol::System;
//! use zklens_sp1::{Program, ProofFile, SP1_CIRCUITS, VerifyError, Worker, verify};
//! use zklens_sp1_program::PublicValues;
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let values = PublicValues {
//!     ipfs_uri: "ipfs://QmWjtPo46BPrRdWQTPgXVbet1mwa29XrzznEWnVBgqUX9V".into(),
//!     label: 7,
//! };
//! let file = ProofFile {
//!     vkey: Program::find("fashion-mlp").ok_or("not shipped")?.vkey,
//!     system: System::Groth16,
//!     mock: true,
//!     sp1_version: SP1_CIRCUITS.into(),
//!     public_values: values.encode(),
//!     proof: Vec::new(),
//! };
//! // The claim can be read without verifying anything …
//! let read = ProofFile::decode(&file.encode())?;
//! assert_eq!(read.claim()?.label, 7);
//! // … and is proved only if `verify` accepts it, which a mock proof never is.
//! assert!(matches!(verify(&read, Worker::find), Err(VerifyError::Mock)));
//! # Ok(())
//! # }
//! ```

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
