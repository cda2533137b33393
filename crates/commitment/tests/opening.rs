//! Claims that do not fit, and tapes of any bytes. Proofs are in the prover's tests.

use proptest::prelude::*;
use zklens_commitment::{Claim, Columns, Functional, OpeningError, VerifierSetup, opening};
use zklens_field::{Point, Scalar, encode_point, generator};
use zklens_setup::TAU_G2;
use zklens_transcript::Reader;

const ROWS: usize = 2;
const LOG: usize = 3;

fn verify(claims: &[Claim], tape: &[u8]) -> Result<(), OpeningError> {
    let setup = VerifierSetup::decode(&TAU_G2).unwrap();
    let commitments: [Point; ROWS] = [generator(); ROWS];
    let mut reader = Reader::open(&[7; 32], tape);
    opening::verify(
        &setup,
        Columns::new(LOG).unwrap(),
        &commitments,
        claims,
        &mut reader,
    )
}

/// A tape of points and a scalar that proves nothing.
fn tape() -> Vec<u8> {
    let point = encode_point(&generator());
    [&point[..], &[0; 32], &point, &point].concat()
}

fn claim(rows: &[usize], functional: Functional) -> Claim {
    let rows = rows.iter().map(|row| (*row, Scalar::from(3))).collect();
    Claim {
        rows,
        functional,
        value: Scalar::from(1),
    }
}

fn tensor(coordinates: usize) -> Functional {
    Functional::Tensor(vec![Scalar::from(2); coordinates])
}

fn sparse(columns: &[usize]) -> Functional {
    Functional::Sparse(
        columns
            .iter()
            .map(|column| (*column, Scalar::from(1)))
            .collect(),
    )
}

#[test]
fn columns_are_powers_of_two_that_the_setup_can_commit() {
    for log in 0..=Columns::MAX_LOG {
        let columns = Columns::new(log).unwrap();
        assert_eq!((columns.log(), columns.count()), (log, 1 << log));
        assert!(columns.count() < zklens_setup::POWERS);
    }
    for log in [Columns::MAX_LOG + 1, 64, usize::MAX] {
        assert_eq!(Columns::new(log), None);
    }
}

#[test]
fn refuses_what_proves_nothing() {
    for claims in [
        vec![],
        vec![claim(&[0, 1], tensor(LOG))],
        vec![claim(&[1], sparse(&[0, 7]))],
    ] {
        assert_eq!(verify(&claims, &tape()), Err(OpeningError::Refused));
    }
}

#[test]
fn refuses_points_of_another_number_of_variables() {
    for got in [0, LOG - 1, LOG + 1] {
        let claims = [claim(&[0], tensor(LOG)), claim(&[0], tensor(got))];
        let refused = OpeningError::Coordinates {
            claim: 1,
            expected: LOG,
            got,
        };
        assert_eq!(verify(&claims, &tape()), Err(refused));
    }
}

/// Column `C` holds what hides a row; a claim that weighed it could have any value.
#[test]
fn refuses_weights_on_what_hides_a_row() {
    for column in [8, 9, usize::MAX] {
        let claims = [claim(&[0], sparse(&[0, column, 1]))];
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
    for row in [ROWS, usize::MAX] {
        let claims = [claim(&[0, row], tensor(LOG))];
        let refused = OpeningError::Row {
            claim: 0,
            row,
            rows: ROWS,
        };
        assert_eq!(verify(&claims, &tape()), Err(refused));
    }
}

#[test]
fn errors_say_what_was_expected() {
    let claims = [claim(&[0], tensor(1))];
    let message = verify(&claims, &tape()).unwrap_err().to_string();
    assert_eq!(message, "claim 0: expected a point of 3 coordinates, got 1");
    let message = verify(&claims, &[]).unwrap_err().to_string();
    assert_eq!(message, "the proof ends inside `commitment/product`");
}

proptest! {
    #[test]
    fn never_panics_on_any_tape(tape in prop::collection::vec(any::<u8>(), 0..300)) {
        let refused = verify(&[claim(&[0], tensor(LOG))], &tape);
        let is_malformed = matches!(refused, Err(OpeningError::Tape(_)));
        prop_assert!(is_malformed, "{:?}", refused);
    }
}
