//! Malformed tapes.

use crate::case::*;
use zklens_commitment::{OpeningError, opening};
use zklens_field::{Field, SCALAR_BYTES, Scalar, encode_scalar};
use zklens_transcript::{TapeError, labels};

#[test]
fn rejects_every_flipped_bit() {
    let case = case(4, 6);
    let tape = prove(&case);
    for bit in 0..tape.len() * 8 {
        let mut forged = tape.clone();
        forged[bit / 8] ^= 1 << (bit % 8);
        assert!(verify(&case, &forged).is_err(), "bit {bit}");
    }
}

#[test]
fn rejects_every_truncation_and_any_byte_more() {
    let case = case(4, 7);
    let mut tape = prove(&case);
    for len in 0..tape.len() {
        let refused = verify(&case, &tape[..len]);
        let is_truncated = matches!(
            refused,
            Err(OpeningError::Tape(TapeError::Truncated { .. }))
        );
        assert!(is_truncated, "{len} bytes: {refused:?}");
    }
    tape.push(0);
    assert_eq!(
        verify(&case, &tape),
        Err(TapeError::Trailing { unread: 1 }.into())
    );
}

#[test]
fn rejects_every_scalar_plus_the_modulus() {
    let case = case(4, 8);
    let tape = prove(&case);
    // r − 1 is the largest scalar, so r is one more.
    let mut modulus = encode_scalar(&-Scalar::ONE);
    modulus[SCALAR_BYTES - 1] += 1;
    let values = case.vectors.len() * 2..case.vectors.len() * 2 + case.claims.len();
    let at_inverse = values.end + 4;
    for word in values.chain([at_inverse]) {
        let mut larger = tape.clone();
        add(&mut larger[word * SCALAR_BYTES..][..SCALAR_BYTES], &modulus);
        let label = if word == at_inverse {
            labels::OPENING_VALUE
        } else {
            VALUES
        };
        let refused = Err(TapeError::NonCanonical { label }.into());
        assert_eq!(verify(&case, &larger), refused, "word {word}");
    }
}

#[test]
fn rejects_infinity_and_points_off_the_curve() {
    let case = case(4, 9);
    let tape = prove(&case);
    let opening = tape.len() - OPENING_BYTES;
    let messages = [
        (0, labels::OPENING_PRODUCT),
        (2, labels::OPENING_PRODUCT),
        (5, labels::OPENING_QUOTIENT),
        (7, labels::OPENING_WITNESS),
    ];
    for (word, label) in messages {
        let refused = Err(TapeError::OffCurve { label }.into());
        let at = opening + word * SCALAR_BYTES;
        let mut forged = tape.clone();
        forged[at..at + 64].fill(0);
        assert_eq!(verify(&case, &forged), refused, "infinity");
        forged[at + 31] = 1;
        forged[at + 63] = 3;
        assert_eq!(verify(&case, &forged), refused, "(1, 3)");
        // A point of the curve, but another one.
        forged[at + 63] = 2;
        assert_eq!(verify(&case, &forged), Err(OpeningError::Refused));
    }
}

/// Tampering alone misses a message that both sides forget to absorb.
#[test]
fn every_word_moves_every_later_challenge_and_no_earlier_one() {
    let case = case(8, 10);
    let tape = prove(&case);
    let start = tape.len() - OPENING_BYTES;
    let (honest, end) = challenges(&case, &tape);

    // The verifier reads and draws exactly what is recorded here: its state ends the same.
    let (mut reader, commitments, claims) = read(&case, &tape).unwrap();
    opening::verify(
        SETUP.verifier(),
        case.columns,
        &commitments,
        &claims,
        &mut reader,
    )
    .unwrap();
    assert_eq!(reader.draw(AFTER), end);

    // γ, z, x and the challenge after the opening are drawn before words 0, 4, 7 and 9.
    let drawn_before = [0, 4, 7, 9];
    for word in 0..OPENING_WORDS {
        let mut forged = tape.clone();
        let at = start + word * SCALAR_BYTES;
        if word == 4 {
            forged[at + 31] ^= 1;
        } else {
            // Only whole points can be changed; either half of one must count.
            let point = start + [0, 0, 2, 2, 4, 5, 5, 7, 7][word] * SCALAR_BYTES;
            let other = zklens_field::encode_point(&SETUP.powers()[3]);
            forged[point..point + 64].copy_from_slice(&other);
        }
        let (moved, moved_end) = challenges(&case, &forged);
        let all = honest
            .iter()
            .chain([&end])
            .zip(moved.iter().chain([&moved_end]));
        for ((honest, moved), before) in all.zip(drawn_before) {
            assert_eq!(
                honest != moved,
                word < before,
                "word {word}, drawn before {before}"
            );
        }
    }
}

/// `γ`, `z`, `x`, and the challenge after the opening.
fn challenges(case: &Case, tape: &[u8]) -> ([Scalar; 3], Scalar) {
    let (mut reader, ..) = read(case, tape).unwrap();
    let gamma = reader.draw(labels::OPENING_CLAIMS);
    let [_, _] = reader.read_points(labels::OPENING_PRODUCT).unwrap();
    let z = reader.draw(labels::OPENING_POINT);
    let [_] = reader.read_scalars(labels::OPENING_VALUE).unwrap();
    let [_] = reader.read_points(labels::OPENING_QUOTIENT).unwrap();
    let x = reader.draw(labels::OPENING_FOLD);
    let [_] = reader.read_points(labels::OPENING_WITNESS).unwrap();
    ([gamma, z, x], reader.draw(AFTER))
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
