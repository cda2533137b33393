//! Every proof but the honest one of a true statement is refused.

use crate::case::{Case, Random, STATEMENT, attacked};
use zklens_field::{AdditiveGroup, Field, SCALAR_BYTES, Scalar, encode_scalar};
use zklens_sumcheck::{SumClaim, reduce};
use zklens_transcript::{Label, Reader, TapeError, labels};

const LATER: Label = Label::new("test/later");

#[test]
fn rejects_every_flipped_bit() {
    let (case, tape) = attacked();
    for bit in 0..tape.len() * 8 {
        let mut forged = tape.clone();
        forged[bit / 8] ^= 1 << (bit % 8);
        assert!(!case.accepts(&forged), "bit {bit}");
    }
}

#[test]
fn rejects_every_truncation() {
    let (case, tape) = attacked();
    let label = labels::SUMCHECK_ROUND;
    for len in 0..tape.len() {
        assert_eq!(
            case.reduce(&tape[..len]),
            Err(TapeError::Truncated { label })
        );
    }
}

#[test]
fn leaves_what_follows_on_the_tape() {
    let (case, mut tape) = attacked();
    tape.push(0);
    assert_eq!(case.reduce(&tape), Err(TapeError::Trailing { unread: 1 }));
}

#[test]
fn rejects_every_scalar_plus_the_modulus() {
    let (case, tape) = attacked();
    let label = labels::SUMCHECK_ROUND;
    for word in 0..tape.len() / SCALAR_BYTES {
        let mut larger = tape.clone();
        add_modulus(&mut larger[word * SCALAR_BYTES..][..SCALAR_BYTES]);
        assert_eq!(
            case.reduce(&larger),
            Err(TapeError::NonCanonical { label }),
            "word {word}"
        );
    }
}

/// `word + r = word + (r − 1) + 1`, by bytes.
fn add_modulus(word: &mut [u8]) {
    let mut carry = 1;
    for (byte, add) in word.iter_mut().zip(encode_scalar(&-Scalar::ONE)).rev() {
        let sum = u16::from(*byte) + u16::from(add) + carry;
        [*byte, _] = sum.to_le_bytes();
        carry = sum >> 8;
    }
    assert_eq!(carry, 0, "the sum fits in the word");
}

/// A flipped bit cannot show a message that both sides forget to absorb.
#[test]
fn every_word_moves_every_later_challenge() {
    let (case, tape) = attacked();
    let challenges = |tape: &[u8]| {
        let mut reader = Reader::open(&STATEMENT, tape);
        let mut drawn = reduce::<3>(case.claim(), &mut reader).unwrap().point;
        drawn.push(reader.draw(LATER));
        drawn
    };
    let honest = challenges(&tape);
    for word in 0..tape.len() / SCALAR_BYTES {
        let mut forged = tape.clone();
        forged[word * SCALAR_BYTES + SCALAR_BYTES - 1] ^= 1;
        for (i, (honest, moved)) in honest.iter().zip(challenges(&forged)).enumerate() {
            assert_eq!(
                i >= word / 3,
                *honest != moved,
                "word {word}, challenge {i}"
            );
        }
    }
}

#[test]
fn rejects_another_constant() {
    let (mut case, tape) = attacked();
    case.constant += Scalar::ONE;
    assert!(!case.accepts(&tape), "an honest tape, another claim");
    assert!(!case.accepts(&case.prove().0));
    assert!(!case.accepts(&case.prove_by_definition(|_, message| message)));
}

/// The malicious prover's polynomials are true, and their sum is not zero.
#[test]
fn rejects_a_wrong_cell_of_any_table() {
    let (honest, honest_tape) = attacked();
    for (k, part) in honest.parts.iter().enumerate() {
        for product in 1..part.products.0.len() {
            let mut case = honest.clone();
            let table = part.products.0[product].factors[0];
            case.parts[k].tables[table][1] += Scalar::ONE;
            let (tape, _) = case.prove();
            assert_eq!(tape, case.prove_by_definition(|_, message| message));
            assert!(!case.accepts(&tape), "table {table} of part {k}");
            assert!(!case.accepts(&honest_tape), "an honest tape, another claim");
        }
    }
}

#[test]
fn rejects_a_sum_that_is_not_zero() {
    let (case, tape) = attacked();
    let claim = SumClaim {
        num_vars: 3,
        sum: Scalar::ONE,
    };
    let claim = reduce(claim, &mut Reader::open(&STATEMENT, &tape)).unwrap();
    assert!(!case.closes(claim));
}

/// One sum of all is claimed, not one of each: whoever combines several claims draws challenges.
#[test]
fn sums_of_parts_may_cancel() {
    let (mut case, _) = attacked();
    let move_sum = |case: &mut Case<3>, part: usize, by: Scalar| {
        case.parts[part].products.0[0].coefficient += by;
    };
    // Four rows against two.
    move_sum(&mut case, 0, Scalar::ONE);
    assert!(!case.accepts(&case.prove().0));
    move_sum(&mut case, 1, -Scalar::ONE.double());
    assert!(case.accepts(&case.prove().0));
    move_sum(&mut case, 1, Scalar::ONE);
    assert!(!case.accepts(&case.prove().0));
    case.constant -= Scalar::ONE.double();
    assert!(case.accepts(&case.prove().0));
}

/// The malicious prover changes one coefficient of one round and goes on with true polynomials, as if `c_1` had
/// not absorbed the lie.
#[test]
fn rejects_a_lying_round_polynomial() {
    let (case, tape) = attacked();
    assert_eq!(case.prove_by_definition(|_, message| message), tape);
    for lied in 0..9 {
        let forged = case.prove_by_definition(|round, mut message| {
            if round == lied / 3 {
                message[lied % 3] += Scalar::ONE;
            }
            message
        });
        assert!(case.reduce(&forged).is_ok());
        assert!(!case.accepts(&forged), "coefficient {lied}");
    }
}

/// A summand of a degree above the protocol's cannot be sent, and leaving its top coefficient out
/// is a lie.
#[test]
fn rejects_a_polynomial_of_too_high_a_degree() {
    let high = Case::<3>::random(&[3], 7);
    let case = Case::<2> {
        parts: high.parts,
        constant: high.constant,
        mask: Random::new(8).scalars(6),
    };
    let forged = case.prove_by_definition(|_, message| message);
    assert!(case.reduce(&forged).is_ok() && !case.accepts(&forged));
}

#[test]
fn rejects_a_proof_without_the_committed_mask() {
    let (case, _) = attacked();
    let mut bare = case.clone();
    bare.mask = vec![Scalar::ZERO; case.mask.len()];
    let (tape, _) = bare.prove();
    assert!(
        bare.accepts(&tape),
        "without a mask it would be a plain sumcheck"
    );
    assert!(!case.accepts(&tape));
}

/// Each coefficient counts: a commitment to another mask does not open.
#[test]
fn rejects_a_mask_that_differs_in_one_coefficient() {
    let (case, tape) = attacked();
    for k in 0..case.mask.len() {
        let mut other = case.clone();
        other.mask[k] += Scalar::ONE;
        assert!(!other.accepts(&tape), "coefficient {k}");
    }
}

/// The claim does not mention the blinds, but they are committed.
#[test]
fn rejects_a_proof_with_other_blinds() {
    let (case, tape) = attacked();
    for (k, part) in case.parts.iter().enumerate() {
        let products = part.products.0.iter();
        let used: Vec<usize> = products.flat_map(|p| p.factors.clone()).collect();
        for blind in (0..part.blinds.len()).filter(|blind| used.contains(blind)) {
            let mut other = case.clone();
            other.parts[k].blinds[blind] += Scalar::ONE;
            assert!(!other.accepts(&tape), "blind {blind} of part {k}");
        }
    }
}

#[test]
fn rejects_another_statement() {
    let (case, tape) = attacked();
    let mut reader = Reader::open(&[10; 32], &tape);
    let claim = reduce(case.claim(), &mut reader).unwrap();
    assert!(!case.closes(claim));
}
