//! What goes in and what comes out.

use crate::mask::{MaskClaim, MaskFunctional};
use alloc::vec::Vec;
use zklens_field::Scalar;

/// A claim that some polynomial `g` sums to `sum` over the hypercube of `num_vars` variables.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use = "a claim nobody checks proves nothing"]
pub struct SumClaim {
    /// Number of variables of `g`.
    pub num_vars: usize,
    /// The claimed sum.
    pub sum: Scalar,
}

/// A claim that `g(point) + p(point) = value`, where `g` is the polynomial summed, of degree at most
/// `DEGREE` in every variable, and `p` the committed mask.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use = "a claim nobody checks proves nothing"]
pub struct EvalClaim<const DEGREE: usize> {
    /// One coordinate per variable, the most significant first.
    pub point: Vec<Scalar>,
    /// The claimed value of `g + p`.
    pub value: Scalar,
}

impl<const DEGREE: usize> EvalClaim<DEGREE> {
    /// The last `num_vars` coordinates of the point, where a term of `g` that ignores the variables
    /// before them is evaluated; `None` if the point has fewer.
    #[must_use]
    pub fn suffix(&self, num_vars: usize) -> Option<&[Scalar]> {
        let skipped = self.point.len().checked_sub(num_vars)?;
        self.point.get(skipped..)
    }

    /// What remains to be proved once `g(point)` is known to be `evaluation`: the mask's value.
    pub fn close(self, evaluation: &Scalar) -> MaskClaim {
        MaskClaim {
            functional: MaskFunctional::at::<DEGREE>(&self.point),
            value: self.value - evaluation,
        }
    }
}
