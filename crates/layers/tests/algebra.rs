//! Arithmetic on polynomials in the cells of a row agrees with arithmetic on their values.

use zklens_field::{Field, Scalar};
use zklens_layers::gadgets::polynomial::{Linear, Polynomial};

fn scalar(number: u64) -> Scalar {
    Scalar::from(number)
}

/// `constant + Σ coefficient·cell`.
fn linear(constant: u64, terms: &[(usize, u64)]) -> Linear {
    let zero = Linear::default().shifted(scalar(constant));
    terms.iter().fold(zero, |mut sum, (cell, coefficient)| {
        sum.add_scaled(&Linear::cell(*cell), scalar(*coefficient));
        sum
    })
}

/// Three cells of a row.
fn rows() -> Vec<Vec<Scalar>> {
    let row = |seed: u64| {
        (0..3)
            .map(|cell| scalar(seed + 7).pow([cell + 3]))
            .collect()
    };
    (0..5).map(row).collect()
}

#[test]
fn a_linear_function_takes_a_multiple_of_each_cell() {
    let function = linear(5, &[(0, 2), (2, 3)]);
    for row in rows() {
        let expected = scalar(5) + scalar(2) * row[0] + scalar(3) * row[2];
        assert_eq!(function.evaluate(&row), expected);
        let scaled = function.clone().scaled(scalar(11));
        assert_eq!(scaled.evaluate(&row), scalar(11) * expected);
        let shifted = function.clone().shifted(scalar(4));
        assert_eq!(shifted.evaluate(&row), scalar(4) + expected);
    }
    // A cell that the row lacks is zero.
    assert_eq!(function.evaluate(&[]), scalar(5));
}

/// Each cell has one term, however often it is added.
#[test]
fn sums_of_linear_functions_have_a_term_for_each_cell() {
    let (first, second) = (linear(5, &[(0, 2), (2, 3)]), linear(7, &[(2, 10), (1, 1)]));
    let mut sum = first.clone();
    sum.add_scaled(&second, scalar(100));
    assert_eq!(sum.terms.len(), 3);
    for row in rows() {
        let expected = first.evaluate(&row) + scalar(100) * second.evaluate(&row);
        assert_eq!(sum.evaluate(&row), expected);
    }
}

#[test]
fn polynomials_are_sums_of_products() {
    let factors = [
        linear(1, &[(0, 1)]),
        linear(2, &[(1, 3)]),
        linear(0, &[(2, 1)]),
    ];
    let cubic = Polynomial::product(&factors);
    let pair = &factors[..2];
    let square = Polynomial::from(factors[2].clone()).plus_product(scalar(9), pair);
    let mut sum = cubic.clone().plus(scalar(6), &factors[0]);
    sum.add_scaled(&square, scalar(5));
    sum.add_scaled(&cubic, scalar(3));
    // Products of the same factors are one.
    assert_eq!(sum.products.len(), 2);
    for row in rows() {
        let [a, b, c] = [0, 1, 2].map(|factor: usize| factors[factor].evaluate(&row));
        assert_eq!(cubic.evaluate(&row), a * b * c);
        assert_eq!(square.evaluate(&row), c + scalar(9) * a * b);
        let expected = scalar(4) * a * b * c + scalar(6) * a + scalar(5) * (c + scalar(9) * a * b);
        assert_eq!(sum.evaluate(&row), expected);
    }
}

#[test]
fn the_degree_is_that_of_the_longest_product_and_at_least_one() {
    let factor = linear(1, &[(0, 1)]);
    let of = |factors: usize| Polynomial::product(&vec![factor.clone(); factors]);
    assert_eq!(Polynomial::default().degree(), 1);
    assert_eq!(Polynomial::from(factor.clone()).degree(), 1);
    for factors in 2..5 {
        let mut polynomial = of(factors);
        assert_eq!(polynomial.degree(), factors);
        polynomial.add_scaled(&of(2), scalar(3));
        assert_eq!(polynomial.degree(), factors);
    }
}
