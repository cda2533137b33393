//! Claims that do not fit, and tapes of any bytes. Proofs are in the prover's tests.

use proptest::prelude::*;
use zklens_commitment::{
    Claim, Factor, Functional, OpeningError, Term, VectorLength, VerifierSetup, opening,
};
use zklens_field::{Point, Scalar, encode_point, generator};
use zklens_setup::TAU_G2;
use zklens_transcript::Reader;

const ROWS: usize = 2;
const COLUMNS: usize = 8;

fn verify(claims: &[Claim], tape: &[u8]) -> Result<(), OpeningError> {
    let setup = VerifierSetup::decode(&TAU_G2).unwrap();
    let commitments: [Point; ROWS] = [generator(); ROWS];
    let mut reader = Reader::open(&[7; 32], tape);
    opening::verify(
        &setup,
        VectorLength::new(COLUMNS).unwrap(),
        &commitments,
        claims,
        &mut reader,
    )
}

/// A tape of points and a scalar that proves nothing: `[A]`, `[B]`, `d`, `[Q]`, `[W]`.
fn tape() -> Vec<u8> {
    let point = encode_point(&generator());
    [&point[..], &point, &[0; 32], &point, &point].concat()
}

fn claim(vectors: &[usize], functional: Functional) -> Claim {
    let vectors = vectors
        .iter()
        .map(|vector| (*vector, Scalar::from(3)))
        .collect();
    Claim {
        terms: vec![Term {
            vectors,
            functional,
        }],
        value: Scalar::from(1),
    }
}

/// A functional with one factor for each pair of a length and a stride.
fn functional(offset: usize, factors: &[(usize, usize)]) -> Functional {
    let factor = |(len, stride): &(usize, usize)| Factor {
        axis: vec![Scalar::from(2); *len].into(),
        stride: *stride,
    };
    Functional {
        offset,
        factors: factors.iter().map(factor).collect(),
    }
}

#[test]
fn columns_are_as_many_as_the_setup_can_commit() {
    for count in [1, 2, 3, VectorLength::MAX.count()] {
        assert_eq!(VectorLength::new(count).unwrap().count(), count);
    }
    assert_eq!(VectorLength::MAX.count() + 1, zklens_setup::POWERS);
    for count in [0, VectorLength::MAX.count() + 1, usize::MAX] {
        assert_eq!(VectorLength::new(count), None);
    }
}

#[test]
fn refuses_what_proves_nothing() {
    let no_terms = Claim {
        terms: vec![],
        value: Scalar::from(0),
    };
    for claim in [
        claim(&[0, 1], functional(0, &[(8, 1)])),
        claim(&[1], functional(1, &[(2, 3), (2, 3)])),
        claim(&[1], Functional::cell(7)),
        claim(&[1], functional(usize::MAX, &[(8, 1), (0, 1)])),
        claim(&[], functional(0, &[])),
        no_terms,
    ] {
        assert_eq!(verify(&[claim], &tape()), Err(OpeningError::Refused));
    }
}

#[test]
fn refuses_to_open_nothing() {
    assert_eq!(verify(&[], &tape()), Err(OpeningError::NoClaims));
}

/// Column `C` holds what hides a vector; a claim that weighed it could have any value.
#[test]
fn refuses_weights_on_what_hides_a_row() {
    let beyond = [
        (functional(0, &[(9, 1)]), 8),
        (functional(1, &[(8, 1)]), 8),
        (functional(2, &[(2, 2), (3, 2)]), 8),
        (functional(0, &[(2, 9)]), 9),
        (Functional::cell(8), 8),
        (Functional::cell(usize::MAX - 1), usize::MAX - 1),
        (Functional::cell(usize::MAX), usize::MAX - 1),
        (functional(usize::MAX, &[(2, 1)]), usize::MAX - 1),
        (functional(0, &[(3, usize::MAX / 2 + 1)]), usize::MAX - 1),
        (functional(0, &[(2, usize::MAX), (2, 1)]), usize::MAX - 1),
    ];
    for (functional, column) in beyond {
        let mut claims = [claim(&[0], Functional::cell(7)), claim(&[0], functional)];
        let refused = OpeningError::Column {
            claim: 1,
            column,
            columns: 8,
        };
        assert_eq!(verify(&claims, &tape()), Err(refused));
        // The same in a later term.
        let [first, second] = &mut claims;
        first.terms.append(&mut second.terms);
        let refused = OpeningError::Column {
            claim: 0,
            column,
            columns: 8,
        };
        assert_eq!(verify(&claims, &tape()), Err(refused));
    }
}

#[test]
fn refuses_rows_that_are_not_there() {
    for vector in [ROWS, usize::MAX] {
        let claims = [claim(&[0, vector], Functional::cell(0))];
        let refused = OpeningError::Vector {
            claim: 0,
            vector,
            vectors: ROWS,
        };
        assert_eq!(verify(&claims, &tape()), Err(refused));
    }
}

#[test]
fn errors_say_what_was_expected() {
    let claims = [claim(&[0], functional(1, &[(3, 4)]))];
    let message = verify(&claims, &tape()).unwrap_err().to_string();
    assert_eq!(message, "claim 0 weighs cell 9, but vectors have 8 cells");
    let message = verify(&claims, &[]).unwrap_err().to_string();
    assert_eq!(message, "the proof ends inside `commitment/product`");
}

proptest! {
    #[test]
    fn never_panics_on_any_tape(tape in prop::collection::vec(any::<u8>(), 0..360)) {
        let refused = verify(&[claim(&[0], Functional::cell(0))], &tape);
        let is_malformed = matches!(refused, Err(OpeningError::Tape(_)));
        prop_assert!(is_malformed, "{:?}", refused);
    }
}
