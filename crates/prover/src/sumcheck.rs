//! The prover's counterpart of `zklens_sumcheck`: the same steps and labels, and the work between them.
//!
//! The polynomial that is summed is a list of [`Summand`]s and a constant:
//!
//! ```text
//! G(x) = constant + Σ_k 2^(m_k)·g_k(last m_k coordinates of x)
//! g_k(x', b) = (1 − b)·combination_k(cells of x', blinded by b)
//! ```
//!
//! Each combination has a low degree in the cells of some multilinear tables. A round makes one pass over the tables that
//! still have its variable, and folds them in place to half their length.

mod combination;
mod summand;
mod univariate;

pub use combination::{Combination, Product, Products};
pub use summand::Summand;

use rayon::prelude::*;
use univariate::{Interpolation, Univariate, doubled, horner, sum};
use zklens_field::{AdditiveGroup, Field, Scalar};
use zklens_sumcheck::{EvalClaim, MaskFunctional, MaskShape, RoundMessage};
use zklens_transcript::{Writer, labels};

/// The end of a sumcheck, before the opening.
#[derive(Clone, Debug)]
pub struct Reduced<const DEGREE: usize> {
    /// The claim that the verifier is left with.
    pub claim: EvalClaim<DEGREE>,
    /// `G` at the claim's point, without the mask.
    pub evaluation: Scalar,
    /// Each summand's tables, the blinded ones with their blinds, at the last coordinates of that
    /// point.
    pub tables: Vec<Vec<Scalar>>,
}

/// Proves that `G`, of `constant` and `summands`, sums to zero. If it does not, verifiers refuse the proof.
///
/// `mask` has the committed coefficients of the mask. They must be uniformly random and used nowhere else.
///
/// # Panics
///
/// If the list of summands is empty, the degree of one is above `DEGREE`, or above `DEGREE − 1` in its blinded cells, or the
/// mask does not have the length that the [`MaskShape`] of this sumcheck demands.
pub fn prove<const DEGREE: usize>(
    summands: Vec<Summand>,
    constant: Scalar,
    mask: &[Scalar],
    writer: &mut Writer,
) -> Reduced<DEGREE> {
    let num_vars = summands.iter().map(|summand| summand.num_vars).max();
    let num_vars = num_vars.expect("at least one summand");
    let shape = MaskShape {
        num_vars,
        degree: DEGREE,
    };
    assert_eq!(
        mask.len(),
        shape.num_coefficients(),
        "coefficients of the mask"
    );
    let fits = |summand: &Summand| summand.degree() <= DEGREE;
    assert!(
        summands.iter().all(fits),
        "every summand has degree {DEGREE} at most"
    );

    // Rounds are many and short. Inside the pool, none of them has to wake it.
    rayon::scope(|_| prove_rounds(num_vars, summands, constant, mask, writer))
}

fn prove_rounds<const DEGREE: usize>(
    num_vars: usize,
    summands: Vec<Summand>,
    constant: Scalar,
    mask: &[Scalar],
    writer: &mut Writer,
) -> Reduced<DEGREE> {
    let rounds = Rounds {
        interpolation: Interpolation::new(),
        degree: DEGREE,
    };
    let start = |summand| Running::new(summand, &rounds);
    let mut summands: Vec<Running> = summands.into_par_iter().map(start).collect();
    let mut value = Scalar::ZERO;
    let mut point = Vec::with_capacity(num_vars);
    let mut bound_mask = Scalar::ZERO;
    for (round, mask) in mask.chunks_exact(DEGREE).enumerate() {
        // 1. The round polynomial, without the coefficient that the running sum implies.
        let left = num_vars - round;
        let mut polynomial = mask_round(&bound_mask, mask, left);
        polynomial[0] += doubled(constant, left - 1);
        let polynomials = summands.iter().map(|summand| summand.round(left));
        let polynomial = polynomials.fold(polynomial, sum);
        let coefficient = |k| polynomial[if k == 0 { 0 } else { k + 1 }];
        let message = RoundMessage::<DEGREE>(std::array::from_fn(coefficient));
        writer.write_scalars(labels::SUMCHECK_ROUND, &message.0);
        // 2. Bind the variable.
        let r = writer.draw(labels::SUMCHECK_BIND);
        // 3. The running sum.
        value = message.evaluate(&value, &r);
        point.push(r);
        let running = summands.par_iter_mut();
        running.for_each(|summand| summand.bind(left, &r, &rounds));
        let functional = MaskFunctional::at::<DEGREE>(&[r]);
        bound_mask += inner_product(functional.coefficients(), mask);
    }
    finish(&summands, constant, EvalClaim { point, value })
}

fn finish<const DEGREE: usize>(
    summands: &[Running],
    constant: Scalar,
    claim: EvalClaim<DEGREE>,
) -> Reduced<DEGREE> {
    let cells = |running: &Running| running.summand.evaluations();
    let tables: Vec<Vec<Scalar>> = summands.iter().map(cells).collect();
    let blinding = claim.point[claim.point.len() - 1];
    let terms = summands.iter().zip(&tables);
    let terms = terms.map(|(running, cells)| running.evaluation(cells, &blinding));
    Reduced {
        evaluation: constant + terms.sum::<Scalar>(),
        claim,
        tables,
    }
}

/// A summand during the sumcheck.
struct Running {
    summand: Summand,
    /// `2^m` for the `m` variables of the summand.
    weight: Scalar,
    /// Coefficients of the round polynomial of its first variable left. Before it joins, the
    /// variables that it ignores do not change this.
    polynomial: Univariate,
}

impl Running {
    fn new(summand: Summand, rounds: &Rounds) -> Self {
        Self {
            weight: doubled(Scalar::ONE, summand.num_vars),
            polynomial: rounds.polynomial(&summand, None),
            summand,
        }
    }

    /// The summand's share of the round polynomial when `left` variables are unbound.
    fn round(&self, left: usize) -> Univariate {
        let Some(ignored) = left.checked_sub(self.summand.num_vars + 1) else {
            return self.polynomial.map(|coefficient| coefficient * self.weight);
        };
        let sum = self.polynomial[0] + self.polynomial.iter().sum::<Scalar>();
        let mut constant = Univariate::default();
        constant[0] = doubled(sum * self.weight, ignored);
        constant
    }

    /// Binds the round's variable to `r`.
    fn bind(&mut self, left: usize, r: &Scalar, rounds: &Rounds) {
        if self.summand.num_vars < left {
            return;
        }
        let sum = horner(&self.polynomial, r);
        self.summand.fold(r);
        if self.summand.num_vars > 0 {
            self.polynomial = rounds.polynomial(&self.summand, Some(sum));
        }
    }

    fn evaluation(&self, cells: &[Scalar], blinding: &Scalar) -> Scalar {
        let kept = Scalar::ONE - blinding;
        self.weight * kept * self.summand.combination.evaluate(cells)
    }
}

/// Makes round polynomials.
struct Rounds {
    interpolation: Interpolation,
    degree: usize,
}

impl Rounds {
    fn polynomial(&self, summand: &Summand, sum: Option<Scalar>) -> Univariate {
        if summand.num_vars > 1 {
            let values = summand.values(sum);
            return self
                .interpolation
                .coefficients(&values[..=summand.degree()]);
        }
        let values = summand.blinding_values();
        let polynomial = self.interpolation.coefficients(&values[..=self.degree]);
        let beyond = self.degree + 1;
        assert_eq!(
            horner(&polynomial, &Scalar::from(beyond as u64)),
            values[beyond],
            "every summand has degree {} at most in the blinded cells",
            self.degree - 1
        );
        polynomial
    }
}

/// The mask's round polynomial: `2^(left−1) · (bound + Σ_j a_j·(2·X^j − 1))`. Unbound variables cancel to a factor.
fn mask_round(bound: &Scalar, coefficients: &[Scalar], left: usize) -> Univariate {
    let mut polynomial = Univariate::default();
    let constant = *bound - coefficients.iter().sum::<Scalar>();
    polynomial[0] = doubled(constant, left - 1);
    for (to, coefficient) in polynomial[1..].iter_mut().zip(coefficients) {
        *to = doubled(*coefficient, left);
    }
    polynomial
}

fn inner_product(left: &[Scalar], right: &[Scalar]) -> Scalar {
    left.iter()
        .zip(right)
        .map(|(left, right)| *left * right)
        .sum()
}
