//! The message of one round.

use zklens_field::{AdditiveGroup, Scalar};

/// The highest degree of a round polynomial.
pub const MAX_DEGREE: usize = 4;

/// The coefficients `c_0, c_2, …, c_d` of a round polynomial `h` of degree `DEGREE`. The linear one, `c_1`,
/// follows from the running sum `h(0) + h(1)`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RoundMessage<const DEGREE: usize>(pub [Scalar; DEGREE]);

impl<const DEGREE: usize> RoundMessage<DEGREE> {
    /// `h(r)`, for the `h` of this message with `h(0) + h(1) = sum`.
    #[must_use]
    pub fn evaluate(&self, sum: &Scalar, r: &Scalar) -> Scalar {
        const { assert!(1 <= DEGREE && DEGREE <= MAX_DEGREE, "a degree from 1 to 4") };
        let none: (&Scalar, &[Scalar]) = (&Scalar::ZERO, &[]);
        let (constant, higher) = self.0.split_first().unwrap_or(none);
        let linear = *sum - constant.double() - higher.iter().sum::<Scalar>();
        let higher = higher
            .iter()
            .rev()
            .fold(Scalar::ZERO, |value, c| value * r + c);
        (higher * r + linear) * r + constant
    }
}
