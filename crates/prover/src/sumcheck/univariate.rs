//! Round polynomials.

use std::sync::LazyLock;
use zklens_field::{AdditiveGroup, Field, Scalar, batch_invert};
use zklens_sumcheck::MAX_DEGREE;

/// Coefficients of a round polynomial, from the constant on; or its values at `0, 1, …`.
pub type Univariate = [Scalar; MAX_DEGREE + 1];

pub(crate) fn sum(left: Univariate, right: Univariate) -> Univariate {
    std::array::from_fn(|k| left[k] + right[k])
}

pub(crate) fn doubled(scalar: Scalar, times: usize) -> Scalar {
    (0..times).fold(scalar, |scalar, _| scalar.double())
}

/// The polynomial with these `coefficients` at `x`.
pub(crate) fn horner(coefficients: &Univariate, x: &Scalar) -> Scalar {
    let coefficients = coefficients.iter().rev();
    coefficients.fold(Scalar::ZERO, |value, coefficient| value * x + coefficient)
}

/// The polynomial of lowest degree with these `values` at `0, 1, …`, by Newton's divided differences.
///
/// # Panics
///
/// If there are more values than a round polynomial has coefficients.
pub(crate) fn coefficients(values: &[Scalar]) -> Univariate {
    let mut differences = Univariate::default();
    differences[..values.len()].copy_from_slice(values);
    for order in 1..values.len() {
        let inverse = INVERSES[order - 1];
        for k in (order..values.len()).rev() {
            differences[k] = (differences[k] - differences[k - 1]) * inverse;
        }
    }
    // `Σ_k differences[k]·X·(X − 1)·…·(X − k + 1)`, innermost bracket first.
    let mut node = Scalar::from(values.len() as u64);
    let mut polynomial = Univariate::default();
    for difference in differences[..values.len()].iter().rev() {
        node -= Scalar::ONE;
        let mut shifted = polynomial;
        shifted.rotate_right(1);
        polynomial = std::array::from_fn(|k| shifted[k] - node * polynomial[k]);
        polynomial[0] += difference;
    }
    polynomial
}

/// The polynomial of a degree of at most `finite.len()` with the values `finite` at `0, 1, …`, whose coefficient of that
/// degree is `leading`.
pub(crate) fn with_leading(finite: &[Scalar], leading: Scalar) -> Univariate {
    let degree = finite.len();
    let mut values = Univariate::default();
    for (x, (to, value)) in (0_u64..).zip(values.iter_mut().zip(finite)) {
        *to = *value - leading * Scalar::from(x).pow([degree as u64]);
    }
    let mut polynomial = coefficients(&values[..degree]);
    polynomial[degree] += leading;
    polynomial
}

static INVERSES: LazyLock<[Scalar; MAX_DEGREE]> = LazyLock::new(|| {
    let mut inverses = [Scalar::ONE; MAX_DEGREE];
    for k in 1..MAX_DEGREE {
        inverses[k] = inverses[k - 1] + Scalar::ONE;
    }
    batch_invert(&mut inverses);
    inverses
});
