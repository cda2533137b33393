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
//! still have its variable, and folds them to half their length.
//!
//! [`Rows`] sums any combination, as it is written down. The summands of large tables are faster: they know more about
//! their combination.

mod combination;
mod rows;
pub(crate) mod univariate;

pub use combination::{Combination, Product, Products};
pub use rows::Rows;
pub use univariate::Univariate;

use rayon::prelude::*;
use std::convert::Infallible;
use std::fmt::Debug;
use univariate::{coefficients, doubled, horner, sum};
use zklens_field::{AdditiveGroup, Field, Scalar};
use zklens_sumcheck::{EvalClaim, MAX_DEGREE, MaskFunctional, MaskShape, RoundMessage};
use zklens_transcript::{Writer, labels};

/// A combination of tables, summed over their rows: `g(x', b) = (1 − b)·combination(cells of x', blinded by b)`.
///
/// A summand first has variables that choose a row. [`prove`] binds them one after the other, the most significant bit
/// first. The blinding variable is the last.
pub trait Summand: Debug + Send {
    /// The number of unbound variables. The last is the blinding variable.
    fn num_vars(&self) -> usize;

    /// Degree of the round polynomials, at least one.
    fn degree(&self) -> usize;

    /// The sum over all rows. Called before any variable is bound, unless the first round binds one.
    fn sum(&mut self) -> Scalar;

    /// Coefficients of the round polynomial of the next variable, which chooses rows. `sum` is its value at 0 plus that
    /// at 1, if it is known.
    fn round(&mut self, sum: Option<&Scalar>) -> Univariate;

    /// Binds the next variable, which chooses rows, to `r`.
    fn bind(&mut self, r: &Scalar);

    /// The cell that is left of each table, when all variables that choose rows are bound.
    fn cells(&self) -> Vec<Scalar>;

    /// The blinds of the first tables.
    fn blinds(&self) -> &[Scalar];

    /// The combination of a row of cells.
    fn evaluate(&self, cells: &[Scalar]) -> Scalar;
}

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
    summands: Vec<Box<dyn Summand + '_>>,
    constant: Scalar,
    mask: &[Scalar],
    writer: &mut Writer,
) -> Reduced<DEGREE> {
    let never = &mut |_, _| Ok::<(), Infallible>(());
    match prove_with(summands, constant, mask, writer, never) {
        Ok(reduced) => reduced,
        Err(error) => match error {},
    }
}

/// As [`prove`], with reports of progress: `progress` gets the number of equal parts of the work that are done, and of all
/// parts.
///
/// # Errors
///
/// That of `progress`.
///
/// # Panics
///
/// As [`prove`].
pub fn prove_with<const DEGREE: usize, E: Send>(
    summands: Vec<Box<dyn Summand + '_>>,
    constant: Scalar,
    mask: &[Scalar],
    writer: &mut Writer,
    progress: &mut dyn FnMut(usize, usize) -> Result<(), E>,
) -> Result<Reduced<DEGREE>, E> {
    let num_vars = summands.iter().map(|summand| summand.num_vars()).max();
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
    assert!(
        summands.iter().all(|summand| summand.degree() <= DEGREE),
        "every summand has degree {DEGREE} at most"
    );
    prove_rounds(num_vars, summands, constant, mask, writer, progress)
}

/// The parts of the work that are reported.
const PARTS: u64 = 1000;

fn prove_rounds<const DEGREE: usize, E: Send>(
    num_vars: usize,
    summands: Vec<Box<dyn Summand + '_>>,
    constant: Scalar,
    mask: &[Scalar],
    writer: &mut Writer,
    progress: &mut dyn FnMut(usize, usize) -> Result<(), E>,
) -> Result<Reduced<DEGREE>, E> {
    // Rows of all summands, in all rounds and in the sum before them.
    let rows: u64 = summands
        .iter()
        .map(|summand| 3_u64 << summand.num_vars())
        .sum::<u64>()
        .max(1);
    let mut done = 0;
    let start = |summand| Running::new(summand, num_vars);
    let mut state = State::<DEGREE> {
        summands: summands.into_par_iter().map(start).collect(),
        constant,
        bound_mask: Scalar::ZERO,
        claim: EvalClaim {
            point: Vec::with_capacity(num_vars),
            value: Scalar::ZERO,
        },
    };
    done += rows / 3;
    for (round, mask) in mask.chunks_exact(DEGREE).enumerate() {
        progress((done * PARTS / rows) as usize, PARTS as usize)?;
        let left = num_vars - round;
        let joined = state.summands.iter();
        let joined = joined.filter(|running| running.summand.num_vars() == left);
        done += (joined.count() as u64) << left;
        // A round has several short loops. Inside the pool, none of them has to wake it.
        rayon::scope(|_| state.round(left, mask, writer));
    }
    Ok(finish(state))
}

/// The sumcheck between two rounds.
struct State<'a, const DEGREE: usize> {
    summands: Vec<Running<'a>>,
    constant: Scalar,
    /// The part of the mask that bound variables have.
    bound_mask: Scalar,
    /// The bound variables, and the running sum.
    claim: EvalClaim<DEGREE>,
}

impl<const DEGREE: usize> State<'_, DEGREE> {
    /// The round that begins with `left` variables. `mask` has the mask's coefficients for the first of them.
    fn round(&mut self, left: usize, mask: &[Scalar], writer: &mut Writer) {
        // 1. The round polynomial, without the coefficient that the running sum implies.
        let mut polynomial = mask_round(&self.bound_mask, mask, left);
        polynomial[0] += doubled(self.constant, left - 1);
        let polynomials = self.summands.par_iter_mut();
        let polynomials = polynomials.map(|summand| summand.round(left, DEGREE));
        let polynomial = sum(polynomial, polynomials.reduce(Univariate::default, sum));
        let coefficient = |k| polynomial[if k == 0 { 0 } else { k + 1 }];
        let message = RoundMessage::<DEGREE>(std::array::from_fn(coefficient));
        writer.write_scalars(labels::SUMCHECK_ROUND, &message.0);
        // 2. Bind the variable.
        let r = writer.draw(labels::SUMCHECK_BIND);
        // 3. The running sum.
        self.claim.value = message.evaluate(&self.claim.value, &r);
        self.claim.point.push(r);
        let running = self.summands.par_iter_mut();
        running.for_each(|summand| summand.bind(left, &r));
        let functional = MaskFunctional::at::<DEGREE>(&[r]);
        self.bound_mask += inner_product(functional.coefficients(), mask);
    }
}

fn finish<const DEGREE: usize>(state: State<'_, DEGREE>) -> Reduced<DEGREE> {
    let State {
        summands,
        constant,
        claim,
        ..
    } = state;
    let blinding = claim.point[claim.point.len() - 1];
    let terms = summands.iter().map(|running| running.evaluation(&blinding));
    Reduced {
        evaluation: constant + terms.sum::<Scalar>(),
        tables: summands.into_iter().map(|running| running.cells).collect(),
        claim,
    }
}

/// A summand during the sumcheck.
struct Running<'a> {
    summand: Box<dyn Summand + 'a>,
    /// `2^m` for the `m` variables of the summand.
    weight: Scalar,
    /// The sum over all rows, where it is known.
    sum: Option<Scalar>,
    /// Coefficients of the latest round polynomial.
    polynomial: Univariate,
    /// The summand's cells at the end.
    cells: Vec<Scalar>,
}

impl<'a> Running<'a> {
    fn new(mut summand: Box<dyn Summand + 'a>, num_vars: usize) -> Self {
        let joins_later = summand.num_vars() < num_vars;
        Self {
            weight: doubled(Scalar::ONE, summand.num_vars()),
            sum: joins_later.then(|| summand.sum()),
            polynomial: Univariate::default(),
            cells: Vec::new(),
            summand,
        }
    }

    /// The summand's share of the round polynomial when `left` variables are unbound.
    fn round(&mut self, left: usize, degree: usize) -> Univariate {
        if let Some(ignored) = left.checked_sub(self.summand.num_vars() + 1) {
            // The variables before its own do not change the sum over its rows.
            let mut constant = Univariate::default();
            let sum = self.sum.unwrap_or_default();
            constant[0] = doubled(sum * self.weight, ignored);
            return constant;
        }
        self.polynomial = if self.summand.num_vars() > 1 {
            self.summand.round(self.sum.as_ref())
        } else {
            self.cells = self.summand.cells();
            self.blinding_round(degree)
        };
        self.polynomial.map(|coefficient| coefficient * self.weight)
    }

    /// The round polynomial of the blinding variable.
    fn blinding_round(&self, degree: usize) -> Univariate {
        let mut cells = self.cells.clone();
        let blinds = self.summand.blinds().iter().zip(&cells);
        let slopes: Vec<Scalar> = blinds.map(|(blind, cell)| *blind - cell).collect();
        let mut factor = Scalar::ONE;
        let values: [Scalar; MAX_DEGREE + 2] = std::array::from_fn(|_| {
            let value = factor * self.summand.evaluate(&cells);
            factor -= Scalar::ONE;
            step(&mut cells, &slopes);
            value
        });
        let polynomial = coefficients(&values[..=degree]);
        let beyond = degree + 1;
        assert_eq!(
            horner(&polynomial, &Scalar::from(beyond as u64)),
            values[beyond],
            "every summand has degree {} at most in the blinded cells",
            degree - 1
        );
        polynomial
    }

    /// Binds the round's variable to `r`.
    fn bind(&mut self, left: usize, r: &Scalar) {
        let num_vars = self.summand.num_vars();
        if num_vars < left {
            return;
        }
        if num_vars > 1 {
            self.sum = Some(horner(&self.polynomial, r));
            self.summand.bind(r);
            return;
        }
        let blinds = self.summand.blinds().iter();
        for (cell, blind) in self.cells.iter_mut().zip(blinds) {
            *cell += (*blind - *cell) * r;
        }
    }

    fn evaluation(&self, blinding: &Scalar) -> Scalar {
        let kept = Scalar::ONE - blinding;
        self.weight * kept * self.summand.evaluate(&self.cells)
    }
}

/// Moves along every line by one. Cells without a slope stay.
fn step(cells: &mut [Scalar], slopes: &[Scalar]) {
    for (cell, slope) in cells.iter_mut().zip(slopes) {
        *cell += slope;
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
