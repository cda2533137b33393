//! Tapes that a verifier reads to their end.

use std::iter::repeat_n;
use zklens_field::{POINT_BYTES, SCALAR_BYTES, encode_point, generator};
use zklens_layers::Layout;
use zklens_layers::layout::DEGREE;

/// The kind of a word of a tape.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Word {
    /// A point of the curve.
    Point,
    /// A scalar.
    Scalar,
}

impl Word {
    /// The number of bytes of the word.
    #[must_use]
    pub const fn bytes(self) -> usize {
        match self {
            Self::Point => POINT_BYTES,
            Self::Scalar => SCALAR_BYTES,
        }
    }
}

/// The words of a proof, in the order of the protocol: book/protocol.md, *Transcript*.
#[must_use]
pub fn words(layout: &Layout) -> Vec<Word> {
    let points = |count| repeat_n(Word::Point, count);
    let scalars = |count| repeat_n(Word::Scalar, count);
    // Commitments to the witness, then to the helpers.
    points(layout.vectors.witness.len() + layout.vectors.helpers.len())
        // Rounds of the sumcheck, then the columns' values.
        .chain(scalars(layout.num_vars * DEGREE + layout.num_values()))
        // The opening: [A], [B], d, [Q], [W].
        .chain(points(2))
        .chain(scalars(1))
        .chain(points(2))
        .collect()
}

/// A tape of these words that proves nothing: every point is the generator, every scalar zero.
#[must_use]
pub fn blank(words: &[Word]) -> Vec<u8> {
    let point = encode_point(&generator());
    let word = |word: &Word| match word {
        Word::Point => point.to_vec(),
        Word::Scalar => vec![0; SCALAR_BYTES],
    };
    words.iter().flat_map(word).collect()
}
