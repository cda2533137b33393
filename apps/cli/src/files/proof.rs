//! Proof files, of both engines.

use crate::args::{Engine, VerifyArguments};
use crate::failure::{EXIT_INPUT, EXIT_USAGE, Failure};
use crate::files;
use std::path::Path;
use zklens_diagnosis::Expected;
use zklens_sp1::{MAX_PROOF_FILE_BYTES, PROOF_MAGIC};
use zklens_verifier::{ProofFile, ProofFileError};

/// The most bytes of a proof file of the native engine.
const MAX_PROOF_BYTES: u64 = 1 << 26;

/// Reads a proof of the native engine, and returns the file's length too. Nothing is verified.
pub(crate) fn read(path: &Path) -> Result<(ProofFile, usize), Failure> {
    let bytes = files::read(path, MAX_PROOF_BYTES)?;
    let proof = decode(path, &bytes)?;
    Ok((proof, bytes.len()))
}

/// The bytes of a file that may be a proof of any engine.
pub(crate) fn read_any(path: &Path) -> Result<Vec<u8>, Failure> {
    files::read(path, MAX_PROOF_FILE_BYTES.max(MAX_PROOF_BYTES))
}

/// The engine whose proof a file is: the first bytes tell. An error if `--engine` asks for the other engine.
pub(crate) fn engine(arguments: &VerifyArguments, file: &[u8]) -> Result<Engine, Failure> {
    let is_sp1 = file.starts_with(&PROOF_MAGIC);
    let is_native = file.starts_with(&zklens_verifier::PROOF_MAGIC);
    let found = if is_sp1 { Engine::Sp1 } else { Engine::Native };
    let asked = arguments.engine.unwrap_or(found);
    let other = match asked {
        Engine::Native if is_sp1 => "this is a proof of --engine sp1",
        Engine::Sp1 if is_native => "this is a proof of --engine native",
        _ => return Ok(asked),
    };
    let failure = Failure::new(EXIT_USAGE, files::name(&arguments.proof), other);
    Err(failure.with_help("without --engine, `verify` takes both"))
}

/// Decodes a proof of the native engine: the file `path` has these bytes.
pub(crate) fn decode(path: &Path, file: &[u8]) -> Result<ProofFile, Failure> {
    let failure =
        |error: &dyn std::fmt::Display| Failure::new(EXIT_INPUT, files::name(path), error);
    if file.starts_with(&PROOF_MAGIC) {
        let failure =
            failure(&"this is a proof of --engine sp1, and no contract of zklens's own takes it");
        return Err(failure.with_help("`zklens verify` and `zklens inspect` know it"));
    }
    if file.len() as u64 > MAX_PROOF_BYTES {
        return Err(failure(&format!("is larger than {MAX_PROOF_BYTES} bytes")));
    }
    ProofFile::decode(file).map_err(|error| {
        let failure = failure(&error);
        match error {
            ProofFileError::NotAProof => failure
                .but_is(file, Expected::Other)
                .with_help("`zklens prove` writes proofs"),
            ProofFileError::Malformed => failure.with_help("ask for the proof again"),
            _ => failure,
        }
    })
}

/// Decodes a proof by SP1: the file `path` has these bytes. Nothing is verified.
pub(crate) fn decode_sp1(path: &Path, file: &[u8]) -> Result<zklens_sp1::ProofFile, Failure> {
    zklens_sp1::ProofFile::decode(file).map_err(|error| {
        let failure = Failure::new(EXIT_INPUT, files::name(path), &error);
        match error {
            zklens_sp1::ProofFileError::NotAProof => failure
                .but_is(file, Expected::Other)
                .with_help("`zklens prove --engine sp1` writes such proofs"),
            zklens_sp1::ProofFileError::Malformed => failure.with_help("ask for the proof again"),
            _ => failure,
        }
    })
}
