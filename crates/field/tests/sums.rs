//! Sums of points, against sums of the numbers whose multiples of the generator they are.
#![cfg(feature = "parallel")]

use proptest::prelude::*;
use zklens_field::{
    Field, Point, Scalar, added, generator, lifting, linear_combination, over_radix, small_integer,
    sum_of_bytes_from, sum_of_integers, sum_of_picks, sum_of_scalars, sums_by_byte,
};

/// A multiple of the generator; of one point, which no tree sums.
fn times(n: Scalar) -> Point {
    sum_of_scalars(&[generator()], &[n])
}

fn g1(n: i64) -> Point {
    times(Scalar::from(n))
}

/// What `sum_of_scalars` must give.
fn expected(multiples: &[i64], scalars: &[Scalar]) -> Point {
    let terms = multiples.iter().zip(scalars);
    times(terms.map(|(n, scalar)| Scalar::from(*n) * scalar).sum())
}

/// Scalars without a pattern.
fn scattered(n: usize) -> Scalar {
    Scalar::from(n as u64 + 3).pow([163])
}

const SIZES: [usize; 17] = [
    0, 1, 2, 3, 4, 5, 31, 32, 33, 255, 256, 511, 513, 1000, 2047, 4096, 4097,
];

/// Points of every size that meet themselves, their opposites and infinity.
fn check(scalar: impl Fn(usize) -> Scalar) {
    let distinct: Vec<Point> = (-17..=17).map(g1).collect();
    for size in SIZES {
        let multiples: Vec<i64> = (0..size as i64).map(|n| n * n % 35 - 17).collect();
        let points: Vec<Point> = multiples
            .iter()
            .map(|n| distinct[(n + 17) as usize])
            .collect();
        let scalars: Vec<Scalar> = (0..size).map(&scalar).collect();
        let sum = sum_of_scalars(&points, &scalars);
        assert_eq!(sum, expected(&multiples, &scalars), "{size} points");
    }
}

#[test]
fn combinations_of_scattered_scalars_are_right() {
    check(scattered);
}

#[test]
fn combinations_of_few_different_scalars_are_right() {
    check(|n| scattered(n % 3));
    check(|_| Scalar::from(1));
    check(|_| Scalar::from(0));
}

#[test]
fn combinations_of_scalars_near_the_modulus_or_short_are_right() {
    check(|n| -Scalar::from(n as u64 % 5));
    check(|n| Scalar::from(n as u64));
    check(|n| Scalar::from(2).pow([n as u64 % 254]));
    check(|n| -Scalar::from(2).pow([n as u64 % 254]));
    check(|n| [Scalar::from(0), scattered(n)][usize::from(n % 97 == 3)]);
}

#[test]
fn points_without_a_pattern_combine_as_their_multiples() {
    let multiples: Vec<i64> = (0..1000).map(|n| n * n * n - 7919).collect();
    let points: Vec<Point> = multiples.iter().map(|n| g1(*n)).collect();
    let scalars: Vec<Scalar> = (0..1000).map(scattered).collect();
    let sum = sum_of_scalars(&points, &scalars);
    assert_eq!(sum, expected(&multiples, &scalars));
    let cancelling = [&points[..], &points[..]].concat();
    let opposite: Vec<Scalar> = scalars.iter().map(|scalar| -*scalar).collect();
    let sum = sum_of_scalars(&cancelling, &[scalars, opposite].concat());
    assert_eq!(sum, g1(0));
}

#[test]
fn the_longer_list_does_not_count() {
    let points = [generator(); 40];
    let scalars = [Scalar::from(3); 40];
    assert_eq!(sum_of_scalars(&points[..35], &scalars), g1(105));
    assert_eq!(sum_of_scalars(&points, &scalars[..35]), g1(105));
    assert_eq!(sum_of_integers(&points[..35], &[3; 40]), g1(105));
    assert_eq!(sum_of_integers(&points, &[3; 35]), g1(105));
}

/// At the borders of their digits, and with few that are larger than the rest.
#[test]
fn sums_of_integers_of_every_size_are_right() {
    let points = [generator(), g1(-1), g1(0), g1(5)];
    for bits in 0..64 {
        let n = 1_i64 << bits;
        let borders = [
            n,
            n.wrapping_sub(1),
            n.wrapping_neg(),
            n.wrapping_neg().wrapping_sub(1),
        ];
        let wide = borders.map(Scalar::from);
        let sum = sum_of_integers(&points, &borders);
        assert_eq!(sum, expected(&[1, -1, 0, 5], &wide), "{bits} bits");
    }
    let mut row: Vec<i64> = (0..1000).map(|n| n * n % 256).collect();
    (row[3], row[500], row[999]) = (i64::MIN, 4095, -70_000);
    let multiples: Vec<i64> = (0..1000).map(|n| n % 40 - 20).collect();
    let points: Vec<Point> = multiples.iter().map(|n| g1(*n)).collect();
    let wide: Vec<Scalar> = row.iter().map(|n| Scalar::from(*n)).collect();
    assert_eq!(sum_of_integers(&points, &row), expected(&multiples, &wide));
    assert_eq!(sum_of_integers(&points, &[]), g1(0));
    assert_eq!(sum_of_integers(&points, &[0; 1000]), g1(0));
}

/// A pick of a point or of a value that is missing counts nothing.
#[test]
fn picks_of_nothing_are_none() {
    let points = [generator(), g1(5)];
    let values = [7, 0, 3].map(Scalar::from);
    assert_eq!(sum_of_picks(&points, &values, &[]), g1(0));
    let picks = [
        (0, 0),
        (2, 0),
        (u32::MAX, 2),
        (1, 1),
        (0, 3),
        (1, 255),
        (1, 2),
    ];
    assert_eq!(sum_of_picks(&points, &values, &picks), g1(7 + 3 * 5));
    assert_eq!(sum_of_picks(&[], &values, &picks), g1(0));
    assert_eq!(sum_of_picks(&points, &[], &picks), g1(0));
}

proptest! {
    /// Few multiples of the generator, so that equal points meet, opposite ones, and infinity.
    #[test]
    fn sums_of_picks_are_linear_combinations(
        multiples in prop::collection::vec(-2_i64..3, 1..8),
        picks in prop::collection::vec((0_u32..8, 0_u32..4), 0..60),
        values in prop::collection::vec(-2_i64..100, 4),
    ) {
        let points: Vec<_> = multiples.iter().map(|n| g1(*n)).collect();
        let scalars: Vec<_> = values.iter().map(|n| Scalar::from(*n)).collect();
        let of = |(index, value): &(u32, u32)| {
            let multiple = multiples.get(*index as usize).copied().unwrap_or_default();
            multiple * values[*value as usize]
        };
        prop_assert_eq!(sum_of_picks(&points, &scalars, &picks), g1(picks.iter().map(of).sum()));
    }

    #[test]
    fn sums_of_integers_are_linear_combinations(
        terms in prop::collection::vec((-3_i64..4, prop_oneof![any::<i64>(), -300_i64..300]), 0..80),
    ) {
        let (multiples, integers): (Vec<i64>, Vec<i64>) = terms.into_iter().unzip();
        let points: Vec<Point> = multiples.iter().map(|n| g1(*n)).collect();
        let wide: Vec<Scalar> = integers.iter().map(|n| Scalar::from(*n)).collect();
        prop_assert_eq!(sum_of_integers(&points, &integers), expected(&multiples, &wide));
        prop_assert_eq!(sum_of_scalars(&points, &wide), expected(&multiples, &wide));
    }
}

/// The sums by byte, and the commitments that they give, against the definitions.
#[test]
fn sums_by_byte_commit_to_bytes_and_to_functions_of_them() {
    let points: Vec<Point> = (1..600_u64)
        .map(|n| linear_combination(&[generator()], &[Scalar::from(n * n)]))
        .collect();
    let bytes: Vec<u8> = (0..600_u32).map(|n| (n * n % 251) as u8).collect();
    let sums = sums_by_byte(&points, &bytes);
    assert_eq!(sums.len(), 255);
    let integers: Vec<i64> = bytes.iter().map(|byte| i64::from(*byte)).collect();
    assert_eq!(
        sum_of_bytes_from(&sums),
        sum_of_integers(&points, &integers)
    );
    let f = |byte: u8| Scalar::from(byte) / Scalar::from(u64::from(byte) + 1000);
    let values: Vec<Scalar> = (1..=255).map(f).collect();
    let cells: Vec<Scalar> = bytes.iter().map(|byte| f(*byte)).collect();
    let expected = linear_combination(&points, &cells[..points.len()]);
    assert_eq!(sum_of_scalars(&sums, &values), expected);
    let twice = added(&sums, &sums);
    assert_eq!(
        sum_of_scalars(&twice, &values),
        linear_combination(&[expected], &[Scalar::from(2_u64)])
    );
    assert_eq!(sums_by_byte(&[], &bytes), vec![Point::default(); 255]);
    // Bytes that do not occur have the sum infinity.
    let few = sums_by_byte(&points, &[7, 0, 200, 7, 9]);
    let cells = [7, 0, 200, 7, 9].map(f);
    assert_eq!(
        sum_of_scalars(&few, &values),
        linear_combination(&points[..5], &cells)
    );
}

#[test]
fn integers_over_the_radix_are_put_right_by_one_multiplication() {
    for n in [0_u128, 1, 255, u128::from(u64::MAX), 1 << 120] {
        let expected = Scalar::from(n);
        assert_eq!(over_radix(n) * lifting(), expected, "{n}");
        let signed = i128::try_from(n).expect("small");
        assert_eq!(small_integer(&expected), Some(signed));
        assert_eq!(small_integer(&-expected), Some(-signed));
    }
    assert_eq!(small_integer(&Scalar::from(1_u128 << 126)), None);
}
