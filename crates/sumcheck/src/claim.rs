//! The claim that goes into a sumcheck, and the claim that comes out.

use crate::mask::{MaskClaim, MaskFunctional};
use alloc::vec::Vec;
use zklens_field::Scalar;

/// The claim that a polynomial `g` in `num_vars` variables sums to `sum` over the hypercube.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use = "a claim nobody checks proves nothing"]
pub struct SumClaim {
    /// Number of variables of `g`.
    pub num_vars: usize,
    /// The claimed sum.
    pub sum: Scalar,
}

/// The claim `g(point) + p(point) = value`, where `g` is the polynomial of the sum, of degree at most `DEGREE` in every
/// variable, and `p` is the committed mask.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use = "a claim nobody checks proves nothing"]
pub struct EvalClaim<const DEGREE: usize> {
    /// One coordinate per variable, the most significant first.
    pub point: Vec<Scalar>,
    /// The claimed value of `g + p`.
    pub value: Scalar,
}

impl<const DEGREE: usize> EvalClaim<DEGREE> {
    /// The last `num_vars` coordinates of the point; `None` if the point has fewer.
    ///
    /// A term of `g` that ignores the earlier variables is evaluated here.
    #[must_use]
    pub fn suffix(&self, num_vars: usize) -> Option<&[Scalar]> {
        let skipped = self.point.len().checked_sub(num_vars)?;
        self.point.get(skipped..)
    }

    /// The claim about the mask that remains once `g(point)` is known to be `evaluation`: `p(point) = value −
    /// evaluation`.
    pub fn close(self, evaluation: &Scalar) -> MaskClaim {
        MaskClaim {
            functional: MaskFunctional::at::<DEGREE>(&self.point),
            value: self.value - evaluation,
        }
    }
}
