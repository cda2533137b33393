//! The frame of zklens's files: four letters, a version, a body.
//!
//! ```text
//! magic       4 bytes: the kind of the file
//! version     u16, little-endian: of the body's format
//! body        the rest of the file
//! ```
//!
//! For example, `ZKLP` 01 00 begins a proof. Keys (`.zkk`, `.zkpk`), proofs (`.zkp`, `.sp1`) and setups (`.zks`) have
//! this frame. The model file (`.zkl`) begins in the same way and does not use this crate: it also has a length and a
//! digest, and its reader is part of the SP1 programs, whose keys change with every byte of their code.
//!
//! A file is *canonical* if it is exactly what its writer would write. [`Frame::decode`] refuses any other file, so
//! no two files say the same.
//!
//! ```
//! use zklens_frame::{Frame, FrameError};
//!
//! /// A file with one byte, below 10.
//! const DIGIT: Frame = Frame { magic: *b"ZKLD", version: 1, max_bytes: 7 };
//!
//! let file = DIGIT.encode(&[7]);
//! assert_eq!(file, b"ZKLD\x01\x00\x07");
//! assert_eq!(DIGIT.open(&file), Ok(&[7][..]));
//! assert_eq!(DIGIT.open(b"ZKLD\x02\x00\x07"), Err(FrameError::Version { expected: 1, got: 2 }));
//! ```

#![no_std]
#![forbid(unsafe_code)]
#![deny(
    missing_docs,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::unreachable,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    clippy::wildcard_enum_match_arm,
    clippy::too_many_lines,
    clippy::too_many_arguments
)]

extern crate alloc;

use alloc::vec::Vec;

/// A kind of file: how it begins, and how long it may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Frame {
    /// The first four bytes of every file of this kind.
    pub magic: [u8; 4],
    /// The version that is written, and the only one that is read.
    pub version: u16,
    /// The most bytes that a file may have. A longer one is refused before anything in it is read.
    pub max_bytes: usize,
}

/// Why a file was refused. Each kind of file turns this into an error of its own, whose words name the kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FrameError {
    /// The file is longer than [`Frame::max_bytes`].
    #[error("a file of {got} bytes; the most is {limit}")]
    TooLong {
        /// The most bytes that it may have.
        limit: usize,
        /// How many it has.
        got: usize,
    },
    /// The file has fewer than four bytes, or begins with other ones: it is of a different kind.
    #[error("the file does not begin with {expected:?}")]
    Magic {
        /// The four bytes of this kind.
        expected: [u8; 4],
    },
    /// The file ends within its version.
    #[error("the file is truncated: it has {got} bytes, and its frame alone has 6")]
    Truncated {
        /// How many bytes it has: 4 or 5.
        got: usize,
    },
    /// The file is of another version.
    #[error("expected format version {expected}, got {got}")]
    Version {
        /// The version that is read.
        expected: u16,
        /// The file's version.
        got: u16,
    },
    /// The file can be read, and its writer would write the same content in other bytes.
    #[error("the file is not in canonical form")]
    NotCanonical,
}

impl Frame {
    /// The bytes of a file with this body. The body's length is not checked.
    #[must_use]
    pub fn encode(&self, body: &[u8]) -> Vec<u8> {
        let version = self.version.to_le_bytes();
        [&self.magic[..], &version[..], body].concat()
    }

    /// The body of a file, which can still be anything.
    ///
    /// # Errors
    ///
    /// The file is too long, of another kind or version, or ends within its frame.
    pub fn open<'file>(&self, file: &'file [u8]) -> Result<&'file [u8], FrameError> {
        if file.len() > self.max_bytes {
            return Err(FrameError::TooLong {
                limit: self.max_bytes,
                got: file.len(),
            });
        }
        let after_magic = match file.split_first_chunk() {
            Some((magic, rest)) if *magic == self.magic => rest,
            _ => {
                return Err(FrameError::Magic {
                    expected: self.magic,
                });
            }
        };
        let truncated = FrameError::Truncated { got: file.len() };
        let (version, body) = after_magic.split_first_chunk().ok_or(truncated)?;
        let got = u16::from_le_bytes(*version);
        if got != self.version {
            return Err(FrameError::Version {
                expected: self.version,
                got,
            });
        }
        Ok(body)
    }

    /// Reads a file whose body `read` understands, and refuses it unless `write` gives the same body again.
    ///
    /// # Errors
    ///
    /// As for [`Self::open`]; or `read` fails; or the file is not canonical.
    pub fn decode<'file, T, E: From<FrameError>>(
        &self,
        file: &'file [u8],
        read: impl FnOnce(&'file [u8]) -> Result<T, E>,
        write: impl FnOnce(&T) -> Vec<u8>,
    ) -> Result<T, E> {
        let body = self.open(file)?;
        let content = read(body)?;
        if write(&content) == body {
            Ok(content)
        } else {
            Err(FrameError::NotCanonical.into())
        }
    }
}
