//! Proof files.

use crate::failure::{EXIT_INPUT, Failure};
use crate::files;
use std::path::Path;
use zklens_verifier::{ProofFile, ProofFileError};

/// No proof file is larger, in bytes.
const MAX_PROOF_BYTES: u64 = 1 << 26;

/// Reads a proof, and gives the file's length too. Nothing is verified.
pub(crate) fn read(path: &Path) -> Result<(ProofFile, usize), Failure> {
    let bytes = files::read(path, MAX_PROOF_BYTES)?;
    let proof = ProofFile::decode(&bytes).map_err(|error| {
        let failure = Failure::new(EXIT_INPUT, files::name(path), error);
        match error {
            ProofFileError::NotAProof => failure.with_help("a proof is what `zklens prove` writes"),
            ProofFileError::Malformed => failure.with_help("ask for the proof again"),
            _ => failure,
        }
    })?;
    Ok((proof, bytes.len()))
}
