//! Honest openings.

use crate::case::*;
use crate::slow::*;
use zklens_commitment::VectorLength;
use zklens_field::{AdditiveGroup, Scalar};
use zklens_prover::commitment::{Cells, Vector};
use zklens_transcript::{TapeError, labels};

#[test]
fn accepts_honest_openings_of_every_size() {
    for count in [2, 3, 4, 7, 8, 12, 31, 64] {
        let case = case(count, 1);
        assert_eq!(verify(&case, &prove(&case)), Ok(()), "{count} columns");
    }
    let case = case(MOST_COLUMNS, 2);
    assert_eq!(verify(&case, &prove(&case)), Ok(()));
}

#[test]
fn accepts_every_claim_alone() {
    for index in 0..6 {
        let mut case = case(16, 3);
        case.claims = vec![case.claims[index].clone()];
        assert_eq!(verify(&case, &prove(&case)), Ok(()), "claim {index}");
    }
}

/// One cell and no variables: below the constant coefficient there is nothing, and infinity has no encoding.
#[test]
fn rows_of_one_column_have_no_proof() {
    let mut random = Random::new(4);
    let vector = Vector {
        cells: Cells::Scalars(random.scalars(1)),
        blinding: random.scalar(),
    };
    let case = Case {
        columns: VectorLength::new(1).unwrap(),
        vectors: vec![vector],
        claims: vec![vec![Layout {
            vectors: vec![(0, random.scalar())],
            shape: Shape::Point,
        }]],
    };
    let label = labels::OPENING_PRODUCT;
    let refused = Err(TapeError::OffCurve { label }.into());
    assert_eq!(verify(&case, &prove(&case)), refused);
}

#[test]
fn an_opening_has_four_points_and_a_scalar_whatever_the_claims() {
    let mut case = case(16, 5);
    for _ in 0..3 {
        let before = case.vectors.len() * 64 + case.claims.len() * 32;
        assert_eq!(prove(&case).len(), before + OPENING_BYTES);
        case.claims.extend(case.claims.clone());
    }
}

/// The prover multiplies polynomials once for products that share a vector or a functional.
#[test]
fn accepts_claims_that_share_rows_and_functionals() {
    let mut case = case(16, 21);
    let mut random = Random::new(22);
    let mut term = |vectors: &[usize], shape| Layout {
        vectors: vectors
            .iter()
            .map(|vector| (*vector, random.scalar()))
            .collect(),
        shape,
    };
    // Vector 3 meets three functionals, the last of them four vectors; vector 3 is named twice.
    case.claims = vec![
        vec![term(&[3], Shape::Point), term(&[3], Shape::Cell(7))],
        vec![term(&[3, 1, 3], Shape::Window)],
        vec![term(&[2], Shape::Last)],
        vec![term(&[0, 4], Shape::Last), term(&[], Shape::Halves)],
        vec![],
    ];
    assert_eq!(verify(&case, &prove(&case)), Ok(()));
    assert_eq!(prove(&case), prove_slowly(&case, &TRUTH));
}

/// A claim may weigh its vectors by zero, as long as another does not.
#[test]
fn accepts_weights_of_zero() {
    let mut case = case(8, 23);
    for layout in &mut case.claims[1] {
        layout
            .vectors
            .iter_mut()
            .for_each(|(_, rho)| *rho = Scalar::ZERO);
    }
    assert_eq!(verify(&case, &prove(&case)), Ok(()));
}
