//! Functionals are the products that they are documented to be.

use proptest::prelude::*;
use zklens_commitment::{AxisVector, Factor, Functional, VectorLength};
use zklens_field::{AdditiveGroup, Field, Scalar};

fn functionals() -> impl Strategy<Value = Functional> {
    let weight = any::<i8>().prop_map(|n| Scalar::from(n / 16));
    let listed = prop::collection::vec(weight.clone(), 0..6).prop_map(AxisVector::from);
    // A point without coordinates has at most one value, and a point of two coordinates at most four.
    let eq = (prop::collection::vec(weight, 0..=2), any::<usize>()).prop_map(|(point, len)| {
        let most = 1_usize << point.len();
        let len = len % (most + 1);
        AxisVector::Eq { point, len }
    });
    let factor = (prop_oneof![listed, eq], 0_usize..9).prop_map(|(weights, stride)| Factor {
        axis: weights,
        stride,
    });
    (0_usize..9, prop::collection::vec(factor, 0..4))
        .prop_map(|(offset, factors)| Functional { offset, factors })
}

/// `Σ_j e_j·x^j`
fn evaluate(weights: &[Scalar], x: Scalar) -> Scalar {
    let horner = |value, weight: &Scalar| value * x + weight;
    weights.iter().rev().fold(Scalar::ZERO, horner)
}

/// Every product of one weight of each factor, and its column.
fn products(functional: &Functional) -> Vec<(usize, Scalar)> {
    let mut products = vec![(functional.offset, Scalar::ONE)];
    for factor in &functional.factors {
        let times = |(column, product): (usize, Scalar)| {
            let weights = factor.axis.values().into_iter().enumerate();
            weights.map(move |(k, weight)| (column + k * factor.stride, product * weight))
        };
        products = products.into_iter().flat_map(times).collect();
    }
    products
}

proptest! {
    #[test]
    fn values_and_weights_are_those_of_the_product(functional in functionals(), x in any::<u64>()) {
        // The last column of all is 8 + 3·5·8.
        let columns = VectorLength::new(256).unwrap();
        let mut expected = vec![Scalar::ZERO; columns.count()];
        let products = products(&functional);
        products.iter().for_each(|(column, weight)| expected[*column] += weight);
        let x = Scalar::from(x);
        prop_assert_eq!(functional.at(&x), evaluate(&expected, x));
        prop_assert_eq!(functional.coefficients(columns), expected);

        let end = products.iter().map(|(column, _)| column + 1).max();
        prop_assert_eq!(functional.end(), Some(end.unwrap_or(0)));
    }

    #[test]
    fn weights_beyond_the_columns_are_left_out(functional in functionals(), count in 1_usize..256) {
        let columns = VectorLength::new(count).unwrap();
        let all = functional.coefficients(VectorLength::new(256).unwrap());
        prop_assert_eq!(functional.coefficients(columns), &all[..columns.count()]);
    }
}

proptest! {
    #[test]
    fn eq_is_summed_as_it_is_listed(
        point in prop::collection::vec(any::<u64>(), 0..8), len in any::<usize>(), x in any::<u64>(),
    ) {
        let point: Vec<Scalar> = point.into_iter().map(Scalar::from).collect();
        let len = len % ((1 << point.len()) + 1);
        let eq = AxisVector::Eq { point, len };
        prop_assert_eq!(eq.values().len(), len);
        prop_assert_eq!(eq.at(&Scalar::from(x)), evaluate(&eq.values(), Scalar::from(x)));
    }
}

#[test]
fn a_cell_is_one_column() {
    let columns = VectorLength::new(4).unwrap();
    let [zero, one] = [0_u64, 1].map(Scalar::from);
    assert_eq!(
        Functional::cell(2).coefficients(columns),
        [zero, zero, one, zero]
    );
    assert_eq!(Functional::cell(2).at(&Scalar::from(7)), Scalar::from(49));
    assert_eq!(Functional::cell(2).end(), Some(3));
    assert_eq!(Functional::cell(4).coefficients(columns), [zero; 4]);
    assert_eq!(
        Functional::cell(usize::MAX).coefficients(columns),
        [zero; 4]
    );
}

#[test]
fn an_end_that_is_no_number_is_none() {
    let factor = |len, stride| Factor {
        axis: vec![Scalar::ONE; len].into(),
        stride,
    };
    let end = |offset, factors: &[Factor]| {
        let factors = factors.to_vec();
        Functional { offset, factors }.end()
    };
    assert_eq!(end(usize::MAX, &[]), None);
    assert_eq!(end(usize::MAX - 1, &[]), Some(usize::MAX));
    assert_eq!(end(usize::MAX - 1, &[factor(2, 1)]), None);
    assert_eq!(end(0, &[factor(3, usize::MAX / 2 + 1)]), None);
    assert_eq!(end(0, &[factor(2, usize::MAX), factor(2, 1)]), None);
    assert_eq!(end(1, &[factor(1, usize::MAX), factor(2, 0)]), Some(2));
    // Nothing is weighed, wherever that is.
    assert_eq!(
        end(usize::MAX, &[factor(9, usize::MAX), factor(0, 1)]),
        Some(0)
    );
}

#[test]
fn strides_beyond_the_columns_do_not_wrap() {
    let factor = Factor {
        axis: vec![Scalar::from(5_u64); 4].into(),
        stride: usize::MAX / 2 + 1,
    };
    let functional = Functional {
        offset: 1,
        factors: vec![factor],
    };
    let [zero, five] = [0_u64, 5].map(Scalar::from);
    assert_eq!(
        functional.coefficients(VectorLength::new(2).unwrap()),
        [zero, five]
    );
}
