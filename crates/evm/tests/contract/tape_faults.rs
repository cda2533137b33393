//! Changed tapes for the same statement.

use crate::golden::{Golden, Message};
use std::ops::Range;
use std::sync::LazyLock;
use zklens_evm::U256;
use zklens_field::{
    Field, POINT_BYTES, SCALAR_BYTES, Scalar, decode_point, encode_point, encode_scalar, generator,
};
use zklens_testkit::random::Random;

/// Bits flipped in each message.
const FLIPS: usize = 12;

/// `r`: one more than the largest scalar.
pub(crate) static SCALAR_MODULUS: LazyLock<U256> =
    LazyLock::new(|| U256::from_be_bytes(encode_scalar(&-Scalar::ONE)) + U256::from(1));

/// `q`: `(1, 2)` has the ordinate `q − 2` as well.
pub(crate) static COORDINATE_MODULUS: LazyLock<U256> = LazyLock::new(|| {
    let negated = encode_point(&-generator());
    U256::from_be_slice(&negated[SCALAR_BYTES..]) + U256::from(2)
});

/// A faulty tape, and the name of its fault.
pub(crate) type Fault = (String, Vec<u8>);

/// Tapes that differ from a proof's, each in one way.
pub(crate) fn faults(golden: &Golden) -> Vec<Fault> {
    let messages = golden.messages();
    let mut faults = Faults {
        tape: &golden.proof,
        random: Random::new(golden.proof.len() as u64),
        made: Vec::new(),
    };
    faults.whole();
    for (index, message) in messages.iter().enumerate() {
        faults.flips(message);
        faults.lengths(message);
        if message.is_points {
            faults.points(message);
        } else {
            faults.scalars(message);
        }
        faults.swaps(message);
        let other = faults.random.count(1, messages.len() - 1);
        faults.moves(message, &messages[(index + other) % messages.len()]);
    }
    faults.made
}

struct Faults<'tape> {
    tape: &'tape [u8],
    random: Random,
    made: Vec<Fault>,
}

impl Faults<'_> {
    /// Adds the tape that a change makes, unless it changes nothing.
    fn add(&mut self, what: String, change: impl FnOnce(&mut Vec<u8>)) {
        let mut tape = self.tape.to_vec();
        change(&mut tape);
        if tape != self.tape {
            self.made.push((what, tape));
        }
    }

    fn whole(&mut self) {
        self.add("zeros".into(), |tape| tape.fill(0));
        self.add("nothing".into(), Vec::clear);
        for more in [1, SCALAR_BYTES - 1, SCALAR_BYTES, POINT_BYTES] {
            self.add(format!("{more} more"), |tape| {
                tape.resize(tape.len() + more, 0);
            });
        }
        self.add("twice".into(), |tape| tape.extend_from_within(..));
    }

    fn flips(&mut self, Message { bytes, label, .. }: &Message) {
        for _ in 0..FLIPS {
            let bit = self.random.count(bytes.start * 8, bytes.end * 8 - 1);
            let what = format!("{}: bit {bit} flipped", label.name());
            self.add(what, |tape| tape[bit / 8] ^= 1 << (bit % 8));
        }
    }

    fn lengths(&mut self, Message { bytes, label, .. }: &Message) {
        let word = self.word(bytes);
        let odd = self.random.count(bytes.start, bytes.end - 1) | 1;
        for len in [bytes.start, word.start, word.end - 1, odd] {
            let what = format!("{}: cut after {len} bytes", label.name());
            self.add(what, |tape| tape.truncate(len));
        }
        // As long as before.
        let what = format!("{}: a word left out and one added", label.name());
        self.add(what, |tape| {
            tape.drain(word);
            tape.extend([0; SCALAR_BYTES]);
        });
    }

    fn scalars(&mut self, Message { bytes, label, .. }: &Message) {
        for start in bytes.clone().step_by(SCALAR_BYTES) {
            let word = start..start + SCALAR_BYTES;
            self.plus(word, *SCALAR_MODULUS, label.name());
        }
        let word = self.word(bytes);
        for (name, other) in [
            ("zero", U256::ZERO),
            ("r", *SCALAR_MODULUS),
            ("r - 1", *SCALAR_MODULUS - U256::from(1)),
            ("2^256 - 1", U256::MAX),
        ] {
            let what = format!("{}: {name} at {word:?}", label.name());
            self.add(what, |tape| {
                tape[word.clone()].copy_from_slice(&other.to_be_bytes::<32>());
            });
        }
    }

    fn points(&mut self, Message { bytes, label, .. }: &Message) {
        for start in bytes.clone().step_by(POINT_BYTES) {
            let point = start..start + POINT_BYTES;
            for word in [start, start + SCALAR_BYTES] {
                let word = word..word + SCALAR_BYTES;
                self.plus(word, *COORDINATE_MODULUS, label.name());
            }
            let decoded = decode_point(self.tape[point.clone()].first_chunk().unwrap()).unwrap();
            let mut off_curve = encode_point(&decoded);
            off_curve[POINT_BYTES - 1] ^= 1;
            for (name, other) in [
                ("infinity", [0; POINT_BYTES]),
                ("off the curve", off_curve),
                ("negated", encode_point(&-decoded)),
                ("another point", encode_point(&generator())),
            ] {
                let what = format!("{}: {name} at {start}", label.name());
                self.add(what, |tape| tape[point.clone()].copy_from_slice(&other));
            }
        }
    }

    /// A word plus a modulus, which is the same number.
    fn plus(&mut self, word: Range<usize>, modulus: U256, label: &str) {
        let number = U256::from_be_slice(&self.tape[word.clone()]);
        if let Some(sum) = number.checked_add(modulus) {
            self.add(format!("{label}: the modulus more at {word:?}"), |tape| {
                tape[word].copy_from_slice(&sum.to_be_bytes::<32>());
            });
        }
    }

    /// Inside one message.
    fn swaps(&mut self, message: &Message) {
        let label = message.label.name();
        let (first, second) = (self.word(&message.bytes), self.word(&message.bytes));
        let what = format!("{label}: words {first:?} and {second:?} swapped");
        self.add(what, |tape| swap(tape, first, second));
        if message.is_points && message.bytes.len() > POINT_BYTES {
            let start = message.bytes.start;
            let points = message.bytes.len() / POINT_BYTES;
            let (one, other) = (self.random.count(0, points - 2), points - 1);
            let [one, other] = [one, other].map(|point| {
                let start = start + point * POINT_BYTES;
                start..start + POINT_BYTES
            });
            let what = format!("{label}: points {one:?} and {other:?} swapped");
            self.add(what, |tape| swap(tape, one, other));
        }
    }

    /// Between two messages.
    fn moves(&mut self, message: &Message, other: &Message) {
        let (from, to) = (self.word(&message.bytes), self.word(&other.bytes));
        let names = format!("{} and {}", message.label.name(), other.label.name());
        let what = format!("{names}: words {from:?} and {to:?} swapped");
        self.add(what, |tape| swap(tape, from.clone(), to.clone()));
        let what = format!("{names}: the word at {from:?} moved to {to:?}");
        self.add(what, |tape| {
            let word: Vec<u8> = tape.drain(from).collect();
            let at = to.start.min(tape.len());
            tape.splice(at..at, word);
        });
        if message.is_points && other.is_points {
            let [one, other] = [message, other].map(|message| {
                let start = message.bytes.start;
                start..start + POINT_BYTES
            });
            let what = format!("{names}: points swapped");
            self.add(what, |tape| swap(tape, one, other));
        }
    }

    /// Any of a message's.
    fn word(&mut self, bytes: &Range<usize>) -> Range<usize> {
        let start = bytes.start + SCALAR_BYTES * self.random.count(0, bytes.len() / 32 - 1);
        start..start + SCALAR_BYTES
    }
}

fn swap(tape: &mut [u8], one: Range<usize>, other: Range<usize>) {
    let bytes = tape[one.clone()].to_vec();
    tape.copy_within(other.clone(), one.start);
    tape[other].copy_from_slice(&bytes);
}
