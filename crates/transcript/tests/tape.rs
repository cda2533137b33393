//! Tapes are read in one way only, and every word moves every later challenge.

use proptest::prelude::*;
use zklens_field::{
    POINT_BYTES, Point, SCALAR_BYTES, Scalar, encode_point, encode_scalar, generator,
    linear_combination,
};
use zklens_transcript::{Label, Reader, TapeError, Writer};

const NUMBERS: Label = Label::new("test/numbers");
const POINTS: Label = Label::new("test/points");
const FIRST: Label = Label::new("test/first challenge");
const SECOND: Label = Label::new("test/second challenge");
const LAST: Label = Label::new("test/last challenge");

const STATEMENT: [u8; 32] = [7; 32];

fn scalar(n: u64) -> Scalar {
    Scalar::from(n)
}

fn point(n: u64) -> Point {
    linear_combination(&[generator()], &[scalar(n)])
}

/// Two scalars, a challenge, a point, two challenges.
fn honest() -> (Vec<u8>, [Scalar; 3]) {
    let mut writer = Writer::new(&STATEMENT);
    writer.write_scalars(NUMBERS, &[scalar(3), scalar(4)]);
    let first = writer.draw(FIRST);
    writer.write_points(POINTS, &[point(5)]);
    let challenges = [first, writer.draw(SECOND), writer.draw(LAST)];
    (writer.finish(), challenges)
}

fn read(statement: &[u8; 32], tape: &[u8]) -> Result<[Scalar; 3], TapeError> {
    let mut reader = Reader::open(statement, tape);
    reader.read_scalars::<2>(NUMBERS)?;
    let first = reader.draw(FIRST);
    let [_] = reader.read_points(POINTS)?;
    let challenges = [first, reader.draw(SECOND), reader.draw(LAST)];
    reader.finish()?;
    Ok(challenges)
}

#[test]
fn both_sides_draw_the_same_challenges() {
    let (tape, challenges) = honest();
    assert_eq!(tape.len(), 2 * SCALAR_BYTES + POINT_BYTES);
    assert_eq!(read(&STATEMENT, &tape), Ok(challenges));
}

/// A frozen value: a change of hashing or framing is a change of protocol version.
#[test]
fn challenges_are_those_of_version_1() {
    let (_, [first, ..]) = honest();
    let hex: String = encode_scalar(&first)
        .iter()
        .map(|b| format!("{b:02x}"))
        .collect();
    assert_eq!(
        hex,
        "1aecc666f1df6b591885c64912639d156162b7cbf2463fae3bcb7b566adb1d5a"
    );
}

#[test]
fn challenges_leave_the_three_top_bits_clear() {
    let mut writer = Writer::new(&STATEMENT);
    for _ in 0..200 {
        assert!(encode_scalar(&writer.draw(FIRST))[0] < 0x20);
    }
}

#[test]
fn rejects_every_truncation() {
    let (tape, _) = honest();
    for len in 0..tape.len() {
        let label = if len < 2 * SCALAR_BYTES {
            NUMBERS
        } else {
            POINTS
        };
        let refused = Err(TapeError::Truncated { label });
        assert_eq!(read(&STATEMENT, &tape[..len]), refused, "{len}");
    }
}

#[test]
fn rejects_trailing_bytes() {
    let (mut tape, _) = honest();
    tape.push(0);
    assert_eq!(
        read(&STATEMENT, &tape),
        Err(TapeError::Trailing { unread: 1 })
    );
}

/// `x` and `x + r` are the same scalar. If both could be read, every proof would have a second encoding.
#[test]
fn rejects_every_scalar_plus_the_modulus() {
    let (tape, _) = honest();
    // r − 1 is the largest scalar, so r is one more.
    let mut modulus = encode_scalar(&-scalar(1));
    modulus[SCALAR_BYTES - 1] += 1;
    for word in 0..2 {
        let mut larger = tape.clone();
        let at = word * SCALAR_BYTES;
        add(&mut larger[at..at + SCALAR_BYTES], &modulus);
        let refused = Err(TapeError::NonCanonical { label: NUMBERS });
        assert_eq!(read(&STATEMENT, &larger), refused);
    }
}

#[test]
fn rejects_every_coordinate_plus_the_base_modulus() {
    let (tape, _) = honest();
    // The point (1, 2) has −2 = q − 2 as the other ordinate over 1.
    let mut modulus = [0; SCALAR_BYTES];
    modulus.copy_from_slice(&encode_point(&-generator())[SCALAR_BYTES..]);
    modulus[SCALAR_BYTES - 1] += 2;
    for coordinate in 0..2 {
        let mut larger = tape.clone();
        let at = (2 + coordinate) * SCALAR_BYTES;
        add(&mut larger[at..at + SCALAR_BYTES], &modulus);
        let refused = Err(TapeError::OffCurve { label: POINTS });
        assert_eq!(read(&STATEMENT, &larger), refused);
    }
}

#[test]
fn rejects_points_off_the_curve_and_infinity() {
    let (tape, _) = honest();
    let at = 2 * SCALAR_BYTES;
    for bit in 0..POINT_BYTES * 8 {
        let mut forged = tape.clone();
        forged[at + bit / 8] ^= 1 << (bit % 8);
        let refused = Err(TapeError::OffCurve { label: POINTS });
        assert_eq!(read(&STATEMENT, &forged), refused, "bit {bit}");
    }
    let mut infinity = tape;
    infinity[at..].fill(0);
    assert_eq!(
        read(&STATEMENT, &infinity),
        Err(TapeError::OffCurve { label: POINTS })
    );
}

/// Tampering alone misses a message that both sides forget to absorb.
#[test]
fn every_word_moves_every_later_challenge_and_no_earlier_one() {
    let (tape, honest) = honest();
    for word in 0..2 {
        let mut forged = tape.clone();
        forged[word * SCALAR_BYTES + 31] ^= 1;
        let moved = read(&STATEMENT, &forged).unwrap();
        assert!(
            honest
                .iter()
                .zip(&moved)
                .all(|(honest, moved)| honest != moved),
            "word {word}"
        );
    }
    let mut forged = tape;
    forged[2 * SCALAR_BYTES..].copy_from_slice(&encode_point(&point(6)));
    let moved = read(&STATEMENT, &forged).unwrap();
    assert_eq!(honest[0], moved[0]);
    assert!(honest[1] != moved[1] && honest[2] != moved[2]);
}

#[test]
fn the_statement_moves_every_challenge() {
    let (tape, honest) = honest();
    for bit in 0..256 {
        let mut statement = STATEMENT;
        statement[bit / 8] ^= 1 << (bit % 8);
        let moved = read(&statement, &tape).unwrap();
        assert!(
            honest
                .iter()
                .zip(&moved)
                .all(|(honest, moved)| honest != moved),
            "bit {bit}"
        );
    }
}

#[test]
fn labels_and_counts_are_absorbed() {
    let challenge = |messages: &[(Label, &[u64])], label| {
        let mut writer = Writer::new(&STATEMENT);
        for (label, numbers) in messages {
            let scalars: Vec<_> = numbers.iter().map(|n| scalar(*n)).collect();
            writer.write_scalars(*label, &scalars);
        }
        writer.draw(label)
    };
    let challenges = [
        challenge(&[(NUMBERS, &[1, 2])], FIRST),
        challenge(&[(NUMBERS, &[1, 2])], SECOND),
        challenge(&[(POINTS, &[1, 2])], FIRST),
        challenge(&[(NUMBERS, &[1]), (NUMBERS, &[2])], FIRST),
        challenge(&[(NUMBERS, &[]), (NUMBERS, &[1, 2])], FIRST),
        challenge(&[], FIRST),
    ];
    for (i, a) in challenges.iter().enumerate() {
        assert!(challenges[..i].iter().all(|b| a != b), "{i}");
    }
}

proptest! {
    #[test]
    fn never_panics_on_any_tape(tape in prop::collection::vec(any::<u8>(), 0..300)) {
        let _ = read(&STATEMENT, &tape);
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
