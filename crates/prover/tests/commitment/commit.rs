//! Commitments to the kinds of cells.

use crate::case::*;
use proptest::prelude::*;
use zklens_commitment::VectorLength;
use zklens_field::{AdditiveGroup, Field, Scalar};
use zklens_prover::commitment::{Cells, Vector, commit};

#[test]
fn commitments_of_integers_and_of_their_scalars_are_equal() {
    let columns = VectorLength::new(16).unwrap();
    let ranges: [&[i64]; 7] = [
        &[],
        &[0, 1, 255],
        &[-1, 7, -255, 0, 128],
        &[-65_535, 65_535, 256],
        &[1 << 31, -(1 << 31), 5],
        &[i64::MIN, i64::MAX, -1],
        &[3; 16],
    ];
    for integers in ranges {
        for blinding in [Scalar::ONE, -Scalar::from(5)] {
            let scalars = integers.iter().map(|n| Scalar::from(*n)).collect();
            let vectors = [
                Cells::Integers(integers.to_vec().into()),
                Cells::Scalars(scalars),
            ]
            .map(|cells| Vector { cells, blinding });
            let commitments = commit(&SETUP, columns, &vectors);
            assert_eq!(commitments[0], commitments[1], "{integers:?}");
        }
    }
}

#[test]
#[should_panic(expected = "out of bounds")]
fn sums_are_of_cells_that_exist() {
    let _ = Cells::sums(vec![Scalar::ONE], vec![(2, 0)], 2);
}

proptest! {
    #[test]
    fn commitments_of_sums_and_of_their_scalars_are_equal(
        picks in prop::collection::vec((0_u32..16, 0_u32..6), 0..80),
    ) {
        let columns = VectorLength::new(16).unwrap();
        let mut values = Random::new(25).scalars(6);
        values[0] = Scalar::ZERO;
        // Sums of the two cancel.
        values[2] = -values[1];
        let sums = Cells::sums(values, picks, columns.count());
        let blinding = Scalar::ONE;
        let scalars = cells(&Vector { cells: sums.clone(), blinding });
        let vectors = [sums, Cells::Scalars(scalars)].map(|cells| Vector { cells, blinding });
        let commitments = commit(&SETUP, columns, &vectors);
        prop_assert_eq!(commitments[0], commitments[1]);
    }
}

#[test]
fn two_commitments_to_one_row_differ() {
    let mut case = case(16, 17);
    let first = commit(&SETUP, case.columns, &case.vectors);
    case.vectors
        .iter_mut()
        .for_each(|vector| vector.blinding += Scalar::ONE);
    let second = commit(&SETUP, case.columns, &case.vectors);
    assert!(
        first
            .iter()
            .zip(&second)
            .all(|(first, second)| first != second)
    );
}
