//! Every function against its definition, corner by corner.

use proptest::collection::vec;
use proptest::prelude::*;
use zklens_field::{AdditiveGroup, Field, Scalar, from_bytes};
use zklens_multilinear::{ShapeError, eq, eq_table, evaluate};

fn scalar() -> impl Strategy<Value = Scalar> {
    any::<[u8; 32]>().prop_map(|bytes| from_bytes(&bytes))
}

fn point() -> impl Strategy<Value = Vec<Scalar>> {
    vec(scalar(), 0..7)
}

/// A point, and a table over its hypercube that may lack its last cells.
fn table_and_point() -> impl Strategy<Value = (Vec<Scalar>, Vec<Scalar>)> {
    point().prop_flat_map(|point| (vec(scalar(), 0..=1 << point.len()), Just(point)))
}

/// The corner called `index`: most significant bit first.
fn corner(index: usize, num_vars: usize) -> Vec<Scalar> {
    let bit = |shift| Scalar::from((index >> shift & 1) as u64);
    (0..num_vars).rev().map(bit).collect()
}

/// `eq(point, corner)` from its definition: one factor per coordinate, chosen by the corner's bit.
fn weight(point: &[Scalar], index: usize) -> Scalar {
    let factor = |(u, bit): (&Scalar, Scalar)| {
        if bit == Scalar::ONE {
            *u
        } else {
            Scalar::ONE - u
        }
    };
    point
        .iter()
        .zip(corner(index, point.len()))
        .map(factor)
        .product()
}

proptest! {
    #[test]
    fn evaluates_the_weighted_sum_of_the_corners((table, point) in table_and_point()) {
        let expected = table.iter().enumerate().map(|(k, cell)| weight(&point, k) * cell).sum();
        prop_assert_eq!(evaluate(&table, &point), Ok(expected));
    }

    #[test]
    fn evaluates_to_a_cell_at_its_corner((table, point) in table_and_point()) {
        for (k, cell) in table.iter().enumerate() {
            prop_assert_eq!(evaluate(&table, &corner(k, point.len())), Ok(*cell));
        }
    }

    #[test]
    fn the_first_coordinate_chooses_between_the_halves(
        u in scalar(),
        rest in point(),
        seed in vec(scalar(), 128),
    ) {
        let (low, high) = seed[..2 << rest.len()].split_at(1 << rest.len());
        let point = [&[u], rest.as_slice()].concat();
        let (low, high) = (evaluate(low, &rest).unwrap(), evaluate(high, &rest).unwrap());
        let expected = (Scalar::ONE - u) * low + u * high;
        prop_assert_eq!(evaluate(&[&seed[..2 << rest.len()]].concat(), &point), Ok(expected));
    }

    #[test]
    fn eq_is_evaluation_of_the_eq_table(pair in vec((scalar(), scalar()), 0..7)) {
        let (u, v): (Vec<Scalar>, Vec<Scalar>) = pair.into_iter().unzip();
        prop_assert_eq!(eq(&u, &v), evaluate(&eq_table(&u), &v));
        prop_assert_eq!(eq(&u, &v), eq(&v, &u));
    }

    #[test]
    fn the_eq_table_holds_a_weight_per_corner(point in point()) {
        let expected: Vec<Scalar> = (0..1 << point.len()).map(|k| weight(&point, k)).collect();
        prop_assert_eq!(eq_table(&point), expected);
    }

    #[test]
    fn rejects_a_table_with_a_cell_too_many(point in point(), extra in 1_usize..70) {
        let (cells, num_vars) = ((1 << point.len()) + extra, point.len());
        let refused = Err(ShapeError::TableTooLong { cells, num_vars });
        prop_assert_eq!(evaluate(&vec![Scalar::ZERO; cells], &point), refused);
    }

    #[test]
    fn rejects_points_of_different_lengths(u in point(), v in point()) {
        prop_assume!(u.len() != v.len());
        let refused = Err(ShapeError::PointLengths { left: u.len(), right: v.len() });
        prop_assert_eq!(eq(&u, &v), refused);
    }
}

#[test]
fn eq_of_corners_is_one_only_for_the_same_corner() {
    for (i, j) in (0..16).flat_map(|i| (0..16).map(move |j| (i, j))) {
        let expected = Scalar::from(u64::from(i == j));
        assert_eq!(
            eq(&corner(i, 4), &corner(j, 4)),
            Ok(expected),
            "{i} and {j}"
        );
    }
}

#[test]
fn the_last_coordinate_is_the_least_significant_bit() {
    let table: Vec<Scalar> = (0..8_u64).map(Scalar::from).collect();
    let [zero, one] = [Scalar::ZERO, Scalar::ONE];
    assert_eq!(evaluate(&table, &[one, zero, zero]), Ok(Scalar::from(4)));
    assert_eq!(evaluate(&table, &[zero, zero, one]), Ok(Scalar::from(1)));
}

#[test]
fn a_table_over_no_variables_is_its_cell() {
    let cell = Scalar::from(5);
    assert_eq!(evaluate(&[cell], &[]), Ok(cell));
    assert_eq!(evaluate(&[], &[]), Ok(Scalar::ZERO));
    assert_eq!(eq_table(&[]), [Scalar::ONE]);
    assert_eq!(eq(&[], &[]), Ok(Scalar::ONE));
}
