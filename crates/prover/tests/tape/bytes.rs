//! Tapes with changed bytes, for the same statement.

use crate::subject::{Message, SUBJECT};
use rayon::prelude::*;
use zklens_commitment::OpeningError;
use zklens_field::{
    Field, POINT_BYTES, SCALAR_BYTES, Scalar, decode_point, encode_point, encode_scalar,
};
use zklens_transcript::TapeError;
use zklens_verifier::VerifyError;

const REFUSED: VerifyError = VerifyError::Opening(OpeningError::Refused);

/// In a message of scalars, bits are flipped in every eighth byte of the tape, and in the message's first and last byte.
const STEP: usize = 8;

#[test]
fn accepts_the_proof_itself() {
    assert_eq!(SUBJECT.verify(&SUBJECT.proved.proof), Ok(()));
}

/// Every bit of every point is flipped: a point off the curve is refused at once. A flipped bit of a scalar costs two
/// pairings, so only some are tried: see [`STEP`].
#[test]
fn rejects_flipped_bits_of_every_point_and_every_scalar() {
    let tape = &SUBJECT.proved.proof;
    let bytes = SUBJECT.messages().into_iter().flat_map(
        |Message {
             bytes, is_points, ..
         }| {
            let (first, last) = (bytes.start, bytes.end - 1);
            let is_tried = move |byte: &usize| {
                is_points || [first, last].contains(byte) || byte.is_multiple_of(STEP)
            };
            bytes.filter(is_tried)
        },
    );
    let bits: Vec<usize> = bytes.flat_map(|byte| byte * 8..byte * 8 + 8).collect();
    bits.par_iter().for_each(|bit| {
        let mut forged = tape.clone();
        forged[bit / 8] ^= 1 << (bit % 8);
        assert!(SUBJECT.verify(&forged).is_err(), "bit {bit}");
    });
}

#[test]
fn rejects_truncations_around_every_word() {
    let tape = &SUBJECT.proved.proof;
    let messages = SUBJECT.messages();
    for word in 0..tape.len() / SCALAR_BYTES {
        let boundary = word * SCALAR_BYTES;
        let lengths = [boundary.saturating_sub(1), boundary, boundary + 1];
        for len in lengths {
            let ends_inside = messages.iter().find(|message| len < message.bytes.end);
            let label = ends_inside.unwrap().label;
            let truncated = VerifyError::Tape(TapeError::Truncated { label });
            assert_eq!(SUBJECT.verify(&tape[..len]), Err(truncated), "{len} bytes");
        }
    }
}

#[test]
fn rejects_trailing_bytes() {
    for more in [vec![0], vec![0; SCALAR_BYTES], SUBJECT.proved.proof.clone()] {
        let mut tape = SUBJECT.proved.proof.clone();
        tape.extend(&more);
        let trailing = TapeError::Trailing { unread: more.len() };
        assert_eq!(SUBJECT.verify(&tape), Err(VerifyError::Tape(trailing)));
    }
}

/// `x` and `x + r` are the same scalar, but only `x` is its encoding.
#[test]
fn rejects_every_scalar_plus_the_modulus() {
    // r − 1 is the largest scalar, so r is one more.
    let mut modulus = encode_scalar(&-Scalar::ONE);
    modulus[SCALAR_BYTES - 1] += 1;
    for Message { label, bytes, .. } in SUBJECT.messages().iter().filter(|m| !m.is_points) {
        for start in bytes.clone().step_by(SCALAR_BYTES) {
            let mut larger = SUBJECT.proved.proof.clone();
            add(&mut larger[start..start + SCALAR_BYTES], &modulus);
            let too_large = TapeError::NonCanonical { label: *label };
            assert_eq!(SUBJECT.verify(&larger), Err(VerifyError::Tape(too_large)));
        }
    }
}

#[test]
fn rejects_zero_and_one_in_place_of_every_scalar() {
    for Message { bytes, .. } in SUBJECT.messages().iter().filter(|m| !m.is_points) {
        for start in bytes.clone().step_by(SCALAR_BYTES) {
            for number in [0_u64, 1] {
                let mut forged = SUBJECT.proved.proof.clone();
                let other = encode_scalar(&Scalar::from(number));
                forged[start..start + SCALAR_BYTES].copy_from_slice(&other);
                assert_eq!(SUBJECT.verify(&forged), Err(REFUSED), "word at {start}");
            }
        }
    }
}

#[test]
fn rejects_a_point_at_infinity_off_the_curve_or_not_below_the_modulus() {
    for Message { label, bytes, .. } in SUBJECT.messages().iter().filter(|m| m.is_points) {
        for start in bytes.clone().step_by(POINT_BYTES) {
            let of_point = start..start + POINT_BYTES;
            let off_curve = Err(VerifyError::Tape(TapeError::OffCurve { label: *label }));
            let mut forged = SUBJECT.proved.proof.clone();
            forged[of_point.clone()].fill(0);
            assert_eq!(SUBJECT.verify(&forged), off_curve, "infinity");
            forged[start + SCALAR_BYTES - 1] = 1;
            forged[start + POINT_BYTES - 1] = 3;
            assert_eq!(SUBJECT.verify(&forged), off_curve, "(1, 3)");
            // A coordinate plus the modulus of its field: (1, 2) has the ordinate q − 2 as well.
            let mut larger = SUBJECT.proved.proof.clone();
            let mut modulus = encode_point(&-zklens_field::generator());
            modulus[POINT_BYTES - 1] += 2;
            for word in [start, start + SCALAR_BYTES] {
                add(
                    &mut larger[word..word + SCALAR_BYTES],
                    &modulus[SCALAR_BYTES..],
                );
                assert_eq!(SUBJECT.verify(&larger), off_curve, "{word}");
            }
        }
    }
}

#[test]
fn rejects_the_negative_of_every_point_and_another_point() {
    for Message { bytes, .. } in SUBJECT.messages().iter().filter(|m| m.is_points) {
        for start in bytes.clone().step_by(POINT_BYTES) {
            let of_point = start..start + POINT_BYTES;
            let tape = &SUBJECT.proved.proof;
            let point = decode_point(tape[of_point.clone()].first_chunk().unwrap()).unwrap();
            for other in [-point, crate::subject::other_point()] {
                let mut forged = tape.clone();
                forged[of_point.clone()].copy_from_slice(&encode_point(&other));
                assert_eq!(SUBJECT.verify(&forged), Err(REFUSED), "point at {start}");
            }
        }
    }
}

/// Adds big-endian numbers of one length.
fn add(number: &mut [u8], addend: &[u8]) {
    let mut carry = 0;
    for (to, from) in number.iter_mut().zip(addend).rev() {
        let sum = u16::from(*to) + u16::from(*from) + carry;
        *to = sum.to_le_bytes()[0];
        carry = sum >> 8;
    }
    assert_eq!(carry, 0, "the sum fits");
}
