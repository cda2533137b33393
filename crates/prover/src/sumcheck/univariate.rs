//! Round polynomials.

use zklens_field::{AdditiveGroup, Field, Scalar, batch_invert};
use zklens_sumcheck::MAX_DEGREE;

/// Coefficients, or values at `0, 1, …`, of a round polynomial.
pub(super) type Univariate = [Scalar; MAX_DEGREE + 1];

pub(super) fn sum(left: Univariate, right: Univariate) -> Univariate {
    std::array::from_fn(|k| left[k] + right[k])
}

pub(super) fn doubled(scalar: Scalar, times: usize) -> Scalar {
    (0..times).fold(scalar, |scalar, _| scalar.double())
}

/// The polynomial with these `coefficients` at `x`.
pub(super) fn horner(coefficients: &Univariate, x: &Scalar) -> Scalar {
    let coefficients = coefficients.iter().rev();
    coefficients.fold(Scalar::ZERO, |value, coefficient| value * x + coefficient)
}

/// From values to coefficients, by Newton's divided differences.
pub(super) struct Interpolation {
    /// `1/1, 1/2, …`.
    inverses: [Scalar; MAX_DEGREE],
}

impl Interpolation {
    pub(super) fn new() -> Self {
        let mut inverses = [Scalar::ONE; MAX_DEGREE];
        for k in 1..MAX_DEGREE {
            inverses[k] = inverses[k - 1] + Scalar::ONE;
        }
        batch_invert(&mut inverses);
        Self { inverses }
    }

    /// The polynomial of lowest degree with these `values` at `0, 1, …`.
    pub(super) fn coefficients(&self, values: &[Scalar]) -> Univariate {
        let mut differences = Univariate::default();
        differences[..values.len()].copy_from_slice(values);
        for order in 1..values.len() {
            for k in (order..values.len()).rev() {
                differences[k] = (differences[k] - differences[k - 1]) * self.inverses[order - 1];
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
}
