//! Transforms are evaluations, and multiply.

#![cfg(feature = "fft")]

use proptest::prelude::*;
use zklens_field::{AdditiveGroup, Domain, Field, Scalar};

fn scalars(max: usize) -> impl Strategy<Value = Vec<Scalar>> {
    let scalar = any::<[u64; 4]>().prop_map(|limbs| {
        let two = Scalar::from(2_u64);
        limbs.iter().fold(Scalar::ZERO, |sum, limb| {
            sum * two.pow([64]) + Scalar::from(*limb)
        })
    });
    prop::collection::vec(scalar, 0..max)
}

proptest! {
    #[test]
    fn interpolation_undoes_evaluation(polynomial in scalars(20), log in 5_usize..7) {
        let domain = Domain::new(1 << log).unwrap();
        let mut values = polynomial.clone();
        domain.evaluate(&mut values);
        prop_assert_eq!(values.len(), 1 << log);
        // At the root of unity that is one, which comes first.
        prop_assert_eq!(values[0], polynomial.iter().sum::<Scalar>());
        domain.interpolate(&mut values);
        let mut padded = polynomial;
        padded.resize(1 << log, Scalar::ZERO);
        prop_assert_eq!(values, padded);
    }

    #[test]
    fn products_of_values_are_values_of_the_product(a in scalars(12), b in scalars(20)) {
        let mut expected = vec![Scalar::ZERO; 32];
        for (i, a) in a.iter().enumerate() {
            b.iter().enumerate().for_each(|(j, b)| expected[i + j] += *a * b);
        }
        let domain = Domain::new(30).unwrap();
        let [mut a, mut b] = [a, b];
        domain.evaluate(&mut a);
        domain.evaluate(&mut b);
        a.iter_mut().zip(&b).for_each(|(a, b)| *a *= b);
        domain.interpolate(&mut a);
        prop_assert_eq!(a, expected);
    }
}

#[test]
fn domains_end_where_the_roots_of_unity_do() {
    assert!(Domain::new(0).is_some());
    assert!(Domain::new(1 << 28).is_some());
    assert!(Domain::new((1 << 28) + 1).is_none());
    assert!(Domain::new(usize::MAX).is_none());
}
