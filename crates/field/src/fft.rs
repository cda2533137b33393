//! Polynomials between coefficients and values, for provers that multiply them.

use crate::Scalar;
use alloc::vec::Vec;
use ark_poly::{EvaluationDomain, Radix2EvaluationDomain};

/// The roots of unity of an order that is a power of two.
#[derive(Clone, Copy, Debug)]
pub struct Domain(Radix2EvaluationDomain<Scalar>);

impl Domain {
    /// The smallest with `size` roots or more; `None` above `2^28`.
    #[must_use]
    pub fn new(size: usize) -> Option<Self> {
        let size = Radix2EvaluationDomain::<Scalar>::compute_size_of_domain(size)?;
        Radix2EvaluationDomain::new(size).map(Self)
    }

    /// Replaces coefficients by the values at all roots. Coefficients that are missing are zero; the
    /// polynomial has no more of them than there are roots.
    pub fn evaluate(&self, polynomial: &mut Vec<Scalar>) {
        self.0.fft_in_place(polynomial);
    }

    /// Replaces values by the coefficients of the polynomial that has them.
    pub fn interpolate(&self, values: &mut Vec<Scalar>) {
        self.0.ifft_in_place(values);
    }
}
