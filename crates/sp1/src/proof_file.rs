//! The `.sp1` file: a program's public values with their proof.
//!
//! ```text
//! "ZKLV"      4 bytes
//! version     u16, little-endian
//! body        postcard: verifying key, proof system, mock, SP1's version, public values, proof
//! ```

use crate::protocol::System;
use crate::{Program, Statement, StatementError};
use serde::{Deserialize, Serialize};
use zklens_frame::{Frame, FrameError};

/// The version of proof files that this crate writes, and the only one it reads.
pub const PROOF_VERSION: u16 = 1;

/// The first bytes of a proof file.
pub const PROOF_MAGIC: [u8; 4] = *b"ZKLV";

/// The most bytes of public values in a file. Programs write far fewer.
const MAX_PUBLIC_VALUES: usize = 1024;

/// The most bytes of the name of SP1's version in a file.
const MAX_VERSION: usize = 64;

/// The most bytes of a proof file. Core proofs grow with the image, and those of large images are
/// larger than this limit.
pub const MAX_PROOF_FILE_BYTES: u64 = 1 << 26;

/// The version of SP1's circuits with which this zklens proves and verifies. Proofs for another
/// version are refused.
pub const SP1_CIRCUITS: &str = "v6.1.0";

const FRAME: Frame = Frame {
    magic: PROOF_MAGIC,
    version: PROOF_VERSION,
    max_bytes: MAX_PROOF_FILE_BYTES as usize,
};

/// A program's public values with their proof.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProofFile {
    /// The verifying key of the program.
    pub vkey: [u8; 32],
    /// The kind of proof.
    pub system: System,
    /// Whether this is a mock proof, which proves nothing.
    pub mock: bool,
    /// The version of SP1's circuits, as the file's maker claims.
    pub sp1_version: String,
    /// The public values that the program wrote.
    pub public_values: Vec<u8>,
    /// For Groth16 and PLONK, the bytes that a contract takes; for other kinds, SP1's own encoding.
    /// Empty in a mock proof.
    pub proof: Vec<u8>,
}

impl ProofFile {
    /// Encodes the file.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        FRAME.encode(&self.to_body())
    }

    fn to_body(&self) -> Vec<u8> {
        // Writing to memory cannot fail: every type here has a known length.
        postcard::to_allocvec(self).unwrap_or_default()
    }

    /// Reads a file. Nothing is verified.
    ///
    /// # Errors
    ///
    /// The file is not exactly what [`Self::encode`] writes.
    pub fn decode(file: &[u8]) -> Result<Self, ProofFileError> {
        FRAME.decode(file, Self::of_body, Self::to_body)
    }

    fn of_body(body: &[u8]) -> Result<Self, ProofFileError> {
        let proof: Self = postcard::from_bytes(body).map_err(|_| ProofFileError::Malformed)?;
        // Programs write six or seven words of 32 bytes, far below the limit.
        let is_short = proof.public_values.len() <= MAX_PUBLIC_VALUES
            && proof.sp1_version.len() <= MAX_VERSION;
        if is_short {
            Ok(proof)
        } else {
            Err(ProofFileError::Malformed)
        }
    }

    /// The claim that the file makes. Nothing is verified: [`verify()`](crate::verify()) does that.
    ///
    /// # Errors
    ///
    /// The file's program or its public values are not those of this zklens.
    pub fn claim(&self) -> Result<Statement, StatementError> {
        let program = Program::with_vkey(&self.vkey)
            .ok_or(StatementError::UnknownProgram { vkey: self.vkey })?;
        Statement::decode(program, &self.public_values)
    }
}

/// Why bytes are not a proof file.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ProofFileError {
    /// The first four bytes are not `ZKLV`.
    #[error("not a proof of SP1: the file does not begin with `ZKLV`")]
    NotAProof,
    /// The file has another format version.
    #[error("the proof has format version {got}; this program reads version {PROOF_VERSION}")]
    Version {
        /// The file's version.
        got: u16,
    },
    /// The file has more than [`MAX_PROOF_FILE_BYTES`] bytes.
    #[error("the proof file of SP1 is too long: zklens reads at most {MAX_PROOF_FILE_BYTES} bytes")]
    TooLong,
    /// The bytes are not exactly those that [`ProofFile::encode`] writes.
    #[error("the proof file is malformed, truncated or not in canonical form")]
    Malformed,
}

impl From<FrameError> for ProofFileError {
    fn from(error: FrameError) -> Self {
        match error {
            FrameError::TooLong { .. } => Self::TooLong,
            FrameError::Magic { .. } => Self::NotAProof,
            FrameError::Version { got, .. } => Self::Version { got },
            FrameError::Truncated { .. } | FrameError::NotCanonical => Self::Malformed,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file() -> ProofFile {
        ProofFile {
            vkey: [7; 32],
            system: System::Groth16,
            mock: false,
            sp1_version: SP1_CIRCUITS.into(),
            public_values: vec![1; 160],
            proof: vec![2; 356],
        }
    }

    #[test]
    fn public_values_of_no_program_are_refused() {
        let with = |len| ProofFile {
            public_values: vec![7; len],
            ..file()
        };
        let decode = |file: ProofFile| ProofFile::decode(&file.encode());
        assert_eq!(decode(with(1024)), Ok(with(1024)));
        assert_eq!(decode(with(1025)), Err(ProofFileError::Malformed));
    }

    #[test]
    fn versions_of_nothing_are_refused() {
        let with = |len| ProofFile {
            sp1_version: "v".repeat(len),
            ..file()
        };
        let decode = |file: ProofFile| ProofFile::decode(&file.encode());
        assert_eq!(decode(with(64)), Ok(with(64)));
        assert_eq!(decode(with(65)), Err(ProofFileError::Malformed));
    }

    #[test]
    fn a_file_beyond_the_limit_is_not_read() {
        let most = MAX_PROOF_FILE_BYTES as usize;
        let others = file().encode().len() - file().proof.len();
        let with = |len: usize| ProofFile {
            // The length of 356 bytes is written in two bytes, that of this proof in four.
            proof: vec![2; len - others - 2],
            ..file()
        };
        assert_eq!(with(most).encode().len(), most);
        assert!(ProofFile::decode(&with(most).encode()).is_ok());
        let longer = with(most + 1).encode();
        assert_eq!(ProofFile::decode(&longer), Err(ProofFileError::TooLong));
    }

    #[test]
    fn a_file_is_read_as_it_was_written() {
        for system in [
            System::Core,
            System::Compressed,
            System::Groth16,
            System::Plonk,
        ] {
            let file = ProofFile { system, ..file() };
            assert_eq!(ProofFile::decode(&file.encode()), Ok(file));
        }
    }

    /// Written by version 1 for good: files of users stay readable.
    #[test]
    fn the_bytes_of_the_file_stay_what_they_are() {
        let file = ProofFile {
            vkey: [7; 32],
            system: System::Compressed,
            mock: true,
            sp1_version: "v6".into(),
            public_values: vec![8],
            proof: vec![9; 2],
        };
        let mut expected = b"ZKLV\x01\0".to_vec();
        expected.extend([7; 32]);
        expected.extend(b"\x01\x01\x02v6\x01\x08\x02\x09\x09");
        assert_eq!(file.encode(), expected);
    }

    #[test]
    fn what_is_not_exactly_a_file_is_refused() {
        let bytes = file().encode();
        for len in 0..bytes.len() {
            let error = ProofFile::decode(&bytes[..len]).unwrap_err();
            let expected = if len < 4 {
                ProofFileError::NotAProof
            } else {
                ProofFileError::Malformed
            };
            assert_eq!(error, expected, "{len} bytes");
        }
        let longer = [&bytes[..], &[0]].concat();
        assert_eq!(ProofFile::decode(&longer), Err(ProofFileError::Malformed));
        let mut other = bytes.clone();
        other[4] = 2;
        let error = ProofFile::decode(&other).unwrap_err();
        assert_eq!(error, ProofFileError::Version { got: 2 });
        let native = [b"ZKLP", &bytes[4..]].concat();
        assert_eq!(ProofFile::decode(&native), Err(ProofFileError::NotAProof));
    }

    #[test]
    fn a_length_in_more_bytes_than_needed_is_refused() {
        let bytes = file().encode();
        // After magic, version, key, system and mock: the length of the version's name.
        let at = 4 + 2 + 32 + 2;
        assert_eq!(usize::from(bytes[at]), SP1_CIRCUITS.len());
        let mut longer = bytes[..at].to_vec();
        longer.extend([bytes[at] | 0x80, 0]);
        longer.extend(&bytes[at + 1..]);
        assert_eq!(ProofFile::decode(&longer), Err(ProofFileError::Malformed));
    }

    #[test]
    fn a_length_beyond_the_file_takes_no_memory() {
        let mut bytes = file().encode();
        bytes.truncate(4 + 2 + 32 + 2);
        bytes.extend([0xff, 0xff, 0xff, 0xff, 0x7f]);
        assert_eq!(ProofFile::decode(&bytes), Err(ProofFileError::Malformed));
    }

    #[test]
    fn an_unknown_program_claims_nothing() {
        let error = file().claim().unwrap_err();
        assert_eq!(error, StatementError::UnknownProgram { vkey: [7; 32] });
    }
}
