//! Sums and products of weights without writing them down, against writing them down.

use zklens_commitment::AxisVector;
use zklens_field::{Field, Scalar};

fn point(bits: u64, seed: u64) -> Vec<Scalar> {
    let coordinate = |bit| Scalar::from(1_000_003 * seed + bit).square();
    (0..bits).map(coordinate).collect()
}

fn eq(bits: u64, seed: u64, len: usize) -> AxisVector {
    let point = point(bits, seed);
    AxisVector::Eq { point, len }
}

/// Every kind, of each length up to a power of two.
fn all(bits: u64, seed: u64) -> Vec<AxisVector> {
    let lens = 0..=1_usize << bits;
    let of_len = |len: usize| {
        let units = (0..len + 2).map(move |index| AxisVector::Unit { index, len });
        let listed = eq(bits, seed + 1, len).values();
        units.chain([eq(bits, seed, len), AxisVector::Listed(listed)])
    };
    lens.flat_map(of_len).collect()
}

#[test]
fn sums_are_those_of_the_weights_written_down() {
    for weights in (0..5).flat_map(|bits| all(bits, 3)) {
        assert_eq!(weights.values().len(), weights.len());
        let sum: Scalar = weights.values().iter().sum();
        assert_eq!(weights.sum(), sum, "{weights:?}");
    }
}

#[test]
fn products_are_those_of_the_weights_written_down() {
    for bits in 0..4 {
        for left in all(bits, 3) {
            // Another length of the point, too: it may be longer than the axis takes.
            for right in all(bits, 7).into_iter().chain(all(bits + 1, 9)) {
                let pairs = left.values().into_iter().zip(right.values());
                let sum: Scalar = pairs.map(|(left, right)| left * right).sum();
                assert_eq!(left.dot(&right), sum, "{left:?} {right:?}");
            }
        }
    }
}

#[test]
fn parts_are_those_of_the_weights_written_down() {
    for weights in (0..6).flat_map(|bits| all(bits, 3)) {
        let values = weights.values();
        for start in 0..=values.len() {
            for count in 0..=values.len() - start {
                let part = weights.part(start, count);
                assert_eq!(part.values(), values[start..start + count], "{weights:?}");
            }
        }
    }
}

#[test]
fn a_unit_weighs_one_index_or_none() {
    let x = Scalar::from(5_u64);
    let at = |index, len| AxisVector::Unit { index, len }.at(&x);
    assert_eq!(at(0, 1), Scalar::ONE);
    assert_eq!(at(3, 4), Scalar::from(125_u64));
    assert_eq!(at(4, 4), Scalar::default());
    assert_eq!(at(usize::MAX, 4), Scalar::default());
}
