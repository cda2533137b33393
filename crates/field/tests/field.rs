//! Every value has one encoding, and group operations agree with the EVM's precompiles.

use ark_bn254::{Fq, Fq2, Fr, G2Affine};
use ark_ec::AffineRepr;
use ark_ff::{PrimeField, Zero};
use proptest::prelude::*;
use zklens_field::{
    Field, POINT_BYTES, SCALAR_BYTES, Scalar, batch_invert, decode_g2_point, decode_point,
    decode_scalar, encode_g2_point, encode_point, encode_scalar, from_bytes, g2_generator,
    generator, linear_combination, pairing_product_is_one, sum_of_bytes,
};

/// The order of the group, as EIP-197 gives it.
const MODULUS: &str = "30644e72e131a029b85045b68181585d2833e84879b9709143e1f593f0000001";
/// The base field's modulus, as EIP-197 gives it.
const BASE_MODULUS: &str = "30644e72e131a029b85045b68181585d97816a916871ca8d3c208c16d87cfd47";
/// Twice the generator `(1, 2)`.
const TWO: &str = "030644e72e131a029b85045b68181585d97816a916871ca8d3c208c16d87cfd3\
                   15ed738c0e0a7c92e7845f96b2ae9c0a68a6a449e3538fc7ff3ebf7a5a18a2c4";
/// The second group's generator, in EIP-197's order.
const G2: [&str; 4] = [
    "198e9393920d483a7260bfb731fb5d25f1aa493335a9e71297e485b7aef312c2",
    "1800deef121f1e76426a00665e5c4479674322d4f75edadd46debd5cd992f6ed",
    "090689d0585ff075ec9e99ad690c3395bc4b313370b38ef355acdadcd122975b",
    "12c85ea5db8c6deb4aab71808dcb408fe3d1e7690c43d37b4ce6cc0166fa7daa",
];

fn bytes<const N: usize>(hex: &str) -> [u8; N] {
    assert_eq!(hex.len(), 2 * N);
    core::array::from_fn(|i| u8::from_str_radix(&hex[2 * i..2 * i + 2], 16).unwrap())
}

fn scalar(n: u64) -> Scalar {
    Scalar::from(n)
}

#[test]
fn the_modulus_is_that_of_the_precompiles() {
    let modulus: [u8; SCALAR_BYTES] = bytes(MODULUS);
    assert_eq!(decode_scalar(&modulus), None);
    assert_eq!(from_bytes(&modulus), scalar(0));
    let mut largest = modulus;
    largest[SCALAR_BYTES - 1] -= 1;
    assert_eq!(decode_scalar(&largest), Some(-scalar(1)));
}

#[test]
fn refuses_every_scalar_from_the_modulus_up() {
    let mut above: [u8; SCALAR_BYTES] = bytes(MODULUS);
    above[SCALAR_BYTES - 1] += 1;
    assert_eq!(decode_scalar(&above), None);
    assert_eq!(decode_scalar(&[0xff; SCALAR_BYTES]), None);
}

#[test]
fn twice_the_generator_is_the_known_point() {
    let double = linear_combination(&[generator()], &[scalar(2)]);
    assert_eq!(encode_point(&double), bytes::<POINT_BYTES>(TWO));
}

#[test]
fn refuses_infinity_and_unreduced_coordinates() {
    assert_eq!(decode_point(&[0; POINT_BYTES]), None);
    let infinity = linear_combination(&[generator()], &[scalar(0)]);
    assert_eq!(encode_point(&infinity), [0; POINT_BYTES]);
    // (1 + q, 2) is the generator to anyone who reduces.
    let mut unreduced = [0; POINT_BYTES];
    unreduced[..SCALAR_BYTES].copy_from_slice(&bytes::<SCALAR_BYTES>(BASE_MODULUS));
    unreduced[SCALAR_BYTES - 1] += 1;
    unreduced[POINT_BYTES - 1] = 2;
    assert_eq!(decode_point(&unreduced), None);
}

#[test]
fn decodes_the_second_generator_in_the_order_of_the_precompile() {
    let [x1, x0, y1, y0] = G2.map(bytes::<SCALAR_BYTES>);
    assert_eq!(decode_g2_point([&x1, &x0, &y1, &y0]), Some(g2_generator()));
    assert_eq!(decode_g2_point([&x0, &x1, &y1, &y0]), None);
    let zero = [0; SCALAR_BYTES];
    assert_eq!(decode_g2_point([&zero, &zero, &zero, &zero]), None);
}

/// The twist has many more points than the second group: these lie on it and outside the group.
#[test]
fn refuses_points_of_the_twist_that_are_of_no_order_r() {
    let mut outside = 0;
    for x in 1..20_u64 {
        let x = Fq2::new(Fq::from(x), Fq::from(0_u64));
        let Some(point) = G2Affine::get_point_from_x_unchecked(x, false) else {
            continue;
        };
        assert!(point.is_on_curve());
        // By definition: multiplied by the group's order.
        assert!(!point.mul_bigint(Fr::MODULUS).is_zero());
        for point in [point, -point] {
            let [x1, x0, y1, y0] = encode_g2_point(&point);
            assert_eq!(decode_g2_point([&x1, &x0, &y1, &y0]), None);
        }
        outside += 1;
    }
    assert!(outside > 5, "{outside} points");
}

/// `(4x, 8y)` lies on a curve that has the same sums and the same map of Frobenius, so that it is of order `r` there.
#[test]
fn refuses_points_of_order_r_of_another_curve() {
    let G2Affine { x, y, .. } = g2_generator();
    let [four, eight] = [4_u64, 8].map(Fq2::from);
    let point = G2Affine::new_unchecked(x * four, y * eight);
    assert!(!point.is_on_curve());
    assert!(point.is_in_correct_subgroup_assuming_on_curve());
    let [x1, x0, y1, y0] = encode_g2_point(&point);
    assert_eq!(decode_g2_point([&x1, &x0, &y1, &y0]), None);
}

/// Whichever list is longer.
#[test]
fn sums_are_over_the_shorter_list() {
    let points: Vec<_> = (1..4)
        .map(|n| linear_combination(&[generator()], &[scalar(n)]))
        .collect();
    let five = linear_combination(&[generator()], &[scalar(1 + 4)]);
    let two_points = &points[..2];
    assert_eq!(linear_combination(two_points, &[1, 2, 9].map(scalar)), five);
    assert_eq!(linear_combination(&points, &[1, 2].map(scalar)), five);
    assert_eq!(sum_of_bytes(two_points, &[1, 2, 9]), five);
    assert_eq!(sum_of_bytes(&points, &[1, 2]), five);
}

#[test]
fn the_pairing_is_bilinear_and_not_degenerate() {
    let times = |n: u64| linear_combination(&[generator()], &[scalar(n)]);
    assert!(pairing_product_is_one(&[]));
    assert!(pairing_product_is_one(&[
        (times(6), g2_generator()),
        (-times(6), g2_generator())
    ]));
    assert!(!pairing_product_is_one(&[
        (times(6), g2_generator()),
        (-times(5), g2_generator())
    ]));
}

proptest! {
    #[test]
    fn scalars_survive_their_encoding(words in any::<[u8; SCALAR_BYTES]>()) {
        let scalar = from_bytes(&words);
        prop_assert_eq!(decode_scalar(&encode_scalar(&scalar)), Some(scalar));
    }

    #[test]
    fn points_survive_their_encoding(n in 1..u64::MAX) {
        let point = linear_combination(&[generator()], &[scalar(n)]);
        prop_assert_eq!(decode_point(&encode_point(&point)), Some(point));
    }

    #[test]
    fn combinations_are_linear(
        a in prop::collection::vec(any::<u64>(), 0..6),
        small in prop::collection::vec(any::<u8>(), 0..6),
    ) {
        let powers: Vec<_> =
            (1..7).map(|n| linear_combination(&[generator()], &[scalar(n)])).collect();
        let expected = |scalars: &[Scalar]| {
            let sum: Scalar = (1..).map(scalar).zip(scalars).map(|(n, s)| n * s).sum();
            linear_combination(&[generator()], &[sum])
        };
        let a: Vec<_> = a.into_iter().map(scalar).collect();
        prop_assert_eq!(linear_combination(&powers, &a), expected(&a));
        let wide: Vec<_> = small.iter().map(|s| scalar(u64::from(*s))).collect();
        prop_assert_eq!(sum_of_bytes(&powers, &small), expected(&wide));
    }

    #[test]
    fn inverses_invert_and_zero_stays(values in prop::collection::vec(0u64..50, 0..20)) {
        let values: Vec<_> = values.into_iter().map(scalar).collect();
        let mut inverses = values.clone();
        batch_invert(&mut inverses);
        for (value, inverse) in values.iter().zip(&inverses) {
            prop_assert_eq!(value.inverse().unwrap_or_default(), *inverse);
        }
    }
}
