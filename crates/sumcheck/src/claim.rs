//! What goes in and what comes out.

use crate::mask::{MaskClaim, MaskFunctional};
use alloc::vec::Vec;
use zklens_field::{AdditiveGroup, Scalar};

/// A claim that some polynomial `g` sums to `sum` over the hypercube of `num_vars` variables.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use = "a claim nobody checks proves nothing"]
pub struct SumClaim {
    /// Number of variables of `g`.
    pub num_vars: usize,
    /// The claimed sum.
    pub sum: Scalar,
}

impl SumClaim {
    /// One claim for all of `claims`, on `g = Σ_k challenge^k · g_k`. If one of them is false, so is
    /// this, but for at most `claims.len() − 1` challenges: draw it after the claimed sums and
    /// everything else that the claims are about.
    ///
    /// The result has the most variables of any claim, `n`. A `g_k` of `m` variables stands for the
    /// polynomial that ignores the first `n − m`: its sum counts `2^(n−m)` times, and it is evaluated
    /// at the last `m` coordinates of the point ([`EvalClaim::suffix`]).
    pub fn batch(claims: &[Self], challenge: &Scalar) -> Self {
        let num_vars = claims.iter().map(|claim| claim.num_vars).max().unwrap_or(0);
        let sum = claims.iter().rev().fold(Scalar::ZERO, |sum, claim| {
            sum * challenge + claim.lifted_sum(num_vars)
        });
        Self { num_vars, sum }
    }

    /// The sum over a hypercube with further variables that `g` ignores.
    fn lifted_sum(&self, num_vars: usize) -> Scalar {
        (self.num_vars..num_vars).fold(self.sum, |sum, _| sum.double())
    }
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
    /// The last `num_vars` coordinates of the point, where a batched polynomial of fewer variables
    /// is evaluated; `None` if the point has fewer.
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
