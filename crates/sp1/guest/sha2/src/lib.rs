//! SHA-256 with the part of the `sha2` crate's interface that the programs use. SP1's precompile
//! (`SHA_EXTEND` and `SHA_COMPRESS`) hashes the blocks.
//!
//! Reference: FIPS 180-4, sections 5 and 6.2.

#![no_std]
#![deny(missing_docs)]

pub use digest::{self, Digest};

use digest::consts::U32;
use digest::{FixedOutput, HashMarker, Output, OutputSizeUser, Update};

#[cfg(not(target_os = "zkvm"))]
mod software;
#[cfg(target_os = "zkvm")]
mod zkvm;

#[cfg(not(target_os = "zkvm"))]
use software::Hasher;
#[cfg(target_os = "zkvm")]
use zkvm::Hasher;

/// A SHA-256 hasher.
#[derive(Clone, Default)]
pub struct Sha256(Hasher);

impl HashMarker for Sha256 {}

impl OutputSizeUser for Sha256 {
    type OutputSize = U32;
}

impl Update for Sha256 {
    fn update(&mut self, data: &[u8]) {
        self.0.update(data);
    }
}

impl FixedOutput for Sha256 {
    fn finalize_into(self, out: &mut Output<Self>) {
        out.copy_from_slice(&self.0.finalize());
    }
}
