//! The mask `p(x) = Σ_i Σ_j a_ij·(2·x_i^j − 1)`, as the verifier sees it: a functional of committed
//! coefficients.
//!
//! The coefficients are listed variable by variable, the most significant first, and for each of
//! them by rising power: `a_01, …, a_0d, a_11, …`.

use alloc::vec::Vec;
use zklens_field::{Field, Scalar};

/// The size of a mask.
///
/// The committed vector that holds its coefficients needs three more random cells, which the mask claim does not
/// weigh. Given the witness, the round messages determine the coefficients, so the coefficients cannot hide the
/// opening (*Zero-knowledge* in `zklens_commitment::opening`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MaskShape {
    /// Number of variables of the sumcheck.
    pub num_vars: usize,
    /// Degree of the sumcheck's round polynomials, 1 to 4.
    pub degree: usize,
}

impl MaskShape {
    /// `n·d`: one coefficient for each scalar that the prover sends.
    #[must_use]
    pub const fn num_coefficients(self) -> usize {
        self.num_vars.saturating_mul(self.degree)
    }
}

/// The linear functional that takes a mask's coefficients to its value at a point.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MaskFunctional {
    coefficients: Vec<Scalar>,
}

impl MaskFunctional {
    /// The functional of `point`, for a mask of degree `DEGREE`.
    #[must_use]
    pub fn at<const DEGREE: usize>(point: &[Scalar]) -> Self {
        let mut coefficients = Vec::with_capacity(point.len().saturating_mul(DEGREE));
        for r in point {
            let mut twice_power = Scalar::from(2);
            for _ in 0..DEGREE {
                twice_power *= r;
                coefficients.push(twice_power - Scalar::ONE);
            }
        }
        Self { coefficients }
    }

    /// One factor for each of the mask's coefficients, in their order.
    #[must_use]
    pub fn coefficients(&self) -> &[Scalar] {
        &self.coefficients
    }
}

/// The claim that the inner product of `functional` with the committed coefficients is `value`.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use = "a claim nobody checks proves nothing"]
pub struct MaskClaim {
    /// One factor per coefficient, such that the inner product is the mask's value at the sumcheck's point.
    pub functional: MaskFunctional,
    /// The claimed value.
    pub value: Scalar,
}
