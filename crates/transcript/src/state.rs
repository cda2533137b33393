//! The hash state that both sides keep.

use crate::labels::{self, Label};
use tiny_keccak::{Hasher, Keccak};
use zklens_field::{Scalar, from_bytes};

const WORD_BYTES: usize = 32;

/// A hash of everything that was absorbed so far.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct State([u8; WORD_BYTES]);

impl State {
    /// The state of a proof about the statement with this digest.
    pub(crate) fn new(statement: &[u8; WORD_BYTES]) -> Self {
        let mut state = Self([0; WORD_BYTES]);
        state.absorb(labels::PROTOCOL, statement);
        state
    }

    /// Absorbs a message of whole words.
    pub(crate) fn absorb(&mut self, label: Label, words: &[u8]) {
        let count = words.len().checked_div(WORD_BYTES).unwrap_or_default();
        let mut frame = [0; WORD_BYTES];
        let (_, low) = frame.split_at_mut(WORD_BYTES.saturating_sub(size_of::<u64>()));
        low.copy_from_slice(&u64::try_from(count).unwrap_or(u64::MAX).to_be_bytes());
        let mut keccak = Keccak::v256();
        keccak.update(&self.0);
        keccak.update(&digest(label.name().as_bytes()));
        keccak.update(&frame);
        keccak.update(words);
        keccak.finalize(&mut self.0);
    }

    /// Draws a challenge, uniform in `[0, 2^253)`.
    pub(crate) fn draw(&mut self, label: Label) -> Scalar {
        self.absorb(label, &[]);
        let mut number = [0; WORD_BYTES];
        let mut carry = 0;
        for (to, from) in number.iter_mut().zip(&self.0) {
            *to = carry | (from >> 3);
            carry = from << 5;
        }
        from_bytes(&number)
    }
}

fn digest(bytes: &[u8]) -> [u8; WORD_BYTES] {
    let mut digest = [0; WORD_BYTES];
    let mut keccak = Keccak::v256();
    keccak.update(bytes);
    keccak.finalize(&mut digest);
    digest
}
