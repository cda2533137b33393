//! The verifier's side: reads a tape, and absorbs each message as it reads it.

use crate::labels::Label;
use crate::state::State;
use alloc::vec::Vec;
use zklens_field::{POINT_BYTES, Point, SCALAR_BYTES, Scalar, decode_point, decode_scalar};

/// A proof tape being read.
#[derive(Clone, Debug)]
pub struct Reader<'tape> {
    tape: &'tape [u8],
    state: State,
}

impl<'tape> Reader<'tape> {
    /// Opens `tape`, bound to the digest of the statement it claims to prove.
    #[must_use]
    pub fn open(statement: &[u8; 32], tape: &'tape [u8]) -> Self {
        Self {
            tape,
            state: State::new(statement),
        }
    }

    /// Reads `N` scalars sent as one message.
    ///
    /// # Errors
    ///
    /// The tape ends early, or a scalar is not below the modulus.
    pub fn read_scalars<const N: usize>(&mut self, label: Label) -> Result<[Scalar; N], TapeError> {
        let scalars = self.read_scalar_list(label, N)?;
        // The list is as long as was asked for.
        Ok(*scalars.first_chunk().unwrap_or(&[Scalar::default(); N]))
    }

    /// Reads `count` scalars sent as one message.
    ///
    /// **Warning:** take `count` from a key, never from a proof, which could ask for any amount of work.
    ///
    /// # Errors
    ///
    /// The tape ends early, or a scalar is not below the modulus.
    pub fn read_scalar_list(
        &mut self,
        label: Label,
        count: usize,
    ) -> Result<Vec<Scalar>, TapeError> {
        let (message, rest) = self.message(label, count, SCALAR_BYTES)?;
        let (words, _) = message.as_chunks();
        let decoded = words.iter().map(decode_scalar).collect::<Option<_>>();
        let scalars = decoded.ok_or(TapeError::NonCanonical { label })?;
        self.state.absorb(label, message);
        self.tape = rest;
        Ok(scalars)
    }

    /// Reads `count` points sent as one message.
    ///
    /// **Warning:** take `count` from a key, never from a proof, which could ask for any amount of work.
    ///
    /// # Errors
    ///
    /// The tape ends early, or a point is off the curve, at infinity or not in its one encoding.
    pub fn read_point_list(&mut self, label: Label, count: usize) -> Result<Vec<Point>, TapeError> {
        let (message, rest) = self.message(label, count, POINT_BYTES)?;
        let (words, _) = message.as_chunks();
        let decoded = words.iter().map(decode_point).collect::<Option<_>>();
        let points = decoded.ok_or(TapeError::OffCurve { label })?;
        self.state.absorb(label, message);
        self.tape = rest;
        Ok(points)
    }

    /// Reads `N` points sent as one message.
    ///
    /// # Errors
    ///
    /// The tape ends early, or a point is off the curve, at infinity or not in its one encoding.
    pub fn read_points<const N: usize>(&mut self, label: Label) -> Result<[Point; N], TapeError> {
        let points = self.read_point_list(label, N)?;
        Ok(*points.first_chunk().unwrap_or(&[Point::default(); N]))
    }

    /// Draws the challenge called `label`.
    pub fn draw(&mut self, label: Label) -> Scalar {
        self.state.draw(label)
    }

    /// Ends the proof. If bytes could be left over, anyone could make a second proof of the same statement.
    ///
    /// # Errors
    ///
    /// The tape was not read to its end.
    pub const fn finish(self) -> Result<(), TapeError> {
        match self.tape.len() {
            0 => Ok(()),
            unread => Err(TapeError::Trailing { unread }),
        }
    }

    fn message(
        &self,
        label: Label,
        count: usize,
        bytes: usize,
    ) -> Result<(&'tape [u8], &'tape [u8]), TapeError> {
        let len = count.saturating_mul(bytes);
        let split = self.tape.split_at_checked(len);
        split.ok_or(TapeError::Truncated { label })
    }
}

/// Why a tape cannot be read. It is the fault of whoever made the proof.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TapeError {
    /// The tape ended inside a message.
    #[error("the proof ends inside `{}`", label.name())]
    Truncated {
        /// The message being read.
        label: Label,
    },
    /// A scalar at or above the field's modulus.
    #[error("`{}` holds a scalar that is not below the modulus", label.name())]
    NonCanonical {
        /// The message being read.
        label: Label,
    },
    /// A point that is off the curve, at infinity, or not in its one encoding.
    #[error("`{}` holds a point that is not on the curve", label.name())]
    OffCurve {
        /// The message being read.
        label: Label,
    },
    /// Bytes were left after the last message.
    #[error("{unread} bytes follow the proof")]
    Trailing {
        /// The number of bytes after the last message.
        unread: usize,
    },
}
