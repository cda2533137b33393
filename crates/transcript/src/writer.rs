//! The prover's side: the same state, and a tape that grows.

use crate::labels::Label;
use crate::state::State;
use alloc::vec::Vec;
use zklens_field::{Point, Scalar, encode_point, encode_scalar};

/// A proof tape being written.
#[derive(Clone, Debug)]
pub struct Writer {
    tape: Vec<u8>,
    state: State,
}

impl Writer {
    /// Begins a proof of the statement with this digest.
    #[must_use]
    pub fn new(statement: &[u8; 32]) -> Self {
        Self {
            tape: Vec::new(),
            state: State::new(statement),
        }
    }

    /// Sends scalars as one message.
    pub fn write_scalars(&mut self, label: Label, scalars: &[Scalar]) {
        let words: Vec<u8> = scalars.iter().flat_map(encode_scalar).collect();
        self.write(label, &words);
    }

    /// Sends points as one message. A point at infinity is written as zeros, which every reader refuses.
    pub fn write_points(&mut self, label: Label, points: &[Point]) {
        let words: Vec<u8> = points.iter().flat_map(encode_point).collect();
        self.write(label, &words);
    }

    /// Draws the challenge called `label`.
    pub fn draw(&mut self, label: Label) -> Scalar {
        self.state.draw(label)
    }

    /// The finished tape.
    #[must_use]
    pub fn finish(self) -> Vec<u8> {
        self.tape
    }

    fn write(&mut self, label: Label, words: &[u8]) {
        self.state.absorb(label, words);
        self.tape.extend_from_slice(words);
    }
}
