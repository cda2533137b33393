//! Twin of `zklens_sumcheck`: the same steps and labels, and the work between them.
//!
//! The polynomial summed is a list of [`Summand`]s and a constant,
//!
//! ```text
//! G(x) = constant + Σ_k 2^(m_k)·g_k(last m_k coordinates of x)
//! g_k(x', b) = (1 − b)·combination_k(cells of x', blinded by b)
//! ```
//!
//! and each combination is of low degree in the cells of some multilinear tables. A round costs one
//! pass over the tables that still have its variable, and folds them in place to half their length.

mod univariate;

use rayon::prelude::*;
use std::fmt::Debug;
use univariate::{Interpolation, Univariate, doubled, horner, sum};
use zklens_field::{AdditiveGroup, Field, Scalar};
use zklens_sumcheck::{EvalClaim, MAX_DEGREE, MaskFunctional, MaskShape, RoundMessage};
use zklens_transcript::{Writer, labels};

/// Cells that one thread takes at least.
const MIN_CELLS: usize = 1 << 10;

/// A polynomial in one row's cells: what is summed, row by row.
pub trait Combination: Debug + Send + Sync {
    /// Total degree in the cells.
    fn degree(&self) -> usize;

    /// The value on a row with one cell per table. Called `degree` times a row.
    fn evaluate(&self, cells: &[Scalar]) -> Scalar;

    /// Whether the value is zero on the whole line through two rows, as it is on padding. For speed
    /// only: `false` is never wrong, and the answer should cost less than an evaluation.
    fn vanishes(&self, _low: &[Scalar], _high: &[Scalar]) -> bool {
        false
    }
}

/// `Σ_k coefficient_k · Π cells[factors_k]`.
#[derive(Clone, Debug, Default)]
pub struct Products(pub Vec<Product>);

/// One term of [`Products`].
#[derive(Clone, Debug)]
pub struct Product {
    /// What the product is multiplied by.
    pub coefficient: Scalar,
    /// Indices of cells, repeated for powers.
    pub factors: Vec<usize>,
}

impl Combination for Products {
    fn degree(&self) -> usize {
        let degrees = self.0.iter().map(|product| product.factors.len());
        degrees.max().unwrap_or(0)
    }

    fn evaluate(&self, cells: &[Scalar]) -> Scalar {
        let product = |product: &Product| {
            let factors = product.factors.iter();
            factors.fold(product.coefficient, |value, &cell| value * cells[cell])
        };
        self.0.iter().map(product).sum()
    }
}

/// A combination of tables, summed over their rows.
#[derive(Debug)]
pub struct Summand {
    /// Variables not yet bound, the last of which is the blinding variable.
    num_vars: usize,
    tables: Vec<Vec<Scalar>>,
    blinds: Vec<Scalar>,
    combination: Box<dyn Combination>,
}

impl Summand {
    /// The sum of `combination` over `2^(num_vars − 1)` rows: `num_vars` counts the blinding
    /// variable. The first tables are blinded, one by each of `blinds`, which must be uniformly
    /// random and committed to; the others are plain.
    ///
    /// # Panics
    ///
    /// There is no blinding variable, a table's length is not `2^(num_vars − 1)`, there are more
    /// blinds than tables, or the degree is above [`MAX_DEGREE`].
    pub fn new(
        num_vars: usize,
        tables: Vec<Vec<Scalar>>,
        blinds: Vec<Scalar>,
        combination: impl Combination + 'static,
    ) -> Self {
        assert!(num_vars > 0, "a summand has the blinding variable");
        let fits = |table: &Vec<Scalar>| table.len() == 1 << (num_vars - 1);
        assert!(
            tables.iter().all(fits),
            "every table has 2^{} cells",
            num_vars - 1
        );
        assert!(blinds.len() <= tables.len(), "every blind has a table");
        let degree = combination.degree();
        assert!(
            degree <= MAX_DEGREE,
            "degree {degree} of at most {MAX_DEGREE}"
        );
        Self {
            num_vars,
            tables,
            blinds,
            combination: Box::new(combination),
        }
    }

    /// Degree of the round polynomials. The sum fixes the value at one, so it is never zero.
    fn degree(&self) -> usize {
        self.combination.degree().max(1)
    }

    fn min_rows(&self) -> usize {
        MIN_CELLS.div_ceil(self.tables.len().max(1))
    }

    /// Values at `0, 1, …` of the round polynomial of a variable that chooses rows. That at one
    /// follows from the `sum` if it is known.
    fn values(&self, sum_before: Option<Scalar>) -> Univariate {
        let rows = (0..1_usize << (self.num_vars - 2)).into_par_iter();
        let mut values = rows
            .with_min_len(self.min_rows())
            .fold(
                || Rows::new(self, sum_before.is_none()),
                |rows, row| rows.add(row),
            )
            .map(|rows| rows.totals)
            .reduce(Univariate::default, sum);
        if let Some(sum) = sum_before {
            values[1] = sum - values[0];
        }
        values
    }

    /// Values at `0, 1, …` of the round polynomial of the blinding variable.
    fn blinding_values(&self) -> [Scalar; MAX_DEGREE + 2] {
        let mut cells = self.evaluations();
        let blinds = self.blinds.iter().zip(&cells);
        let slopes: Vec<Scalar> = blinds.map(|(blind, cell)| *blind - cell).collect();
        let mut factor = Scalar::ONE;
        std::array::from_fn(|_| {
            let value = factor * self.combination.evaluate(&cells);
            factor -= Scalar::ONE;
            step(&mut cells, &slopes);
            value
        })
    }

    /// Binds the first variable left to `r`.
    fn fold(&mut self, r: &Scalar) {
        self.num_vars -= 1;
        if self.num_vars == 0 {
            for (table, blind) in self.tables.iter_mut().zip(&self.blinds) {
                let slope = *blind - table[0];
                table[0] += slope * r;
            }
            return;
        }
        let half = 1 << (self.num_vars - 1);
        let fold = |(low, high): (&mut Scalar, &mut Scalar)| *low += (*high - *low) * r;
        let tables = self.tables.par_iter_mut();
        let tables = tables.with_min_len(MIN_CELLS.div_ceil(half));
        tables.for_each(|table| {
            let (low, high) = table.split_at_mut(half);
            let pairs = low.par_iter_mut().zip(high);
            pairs.with_min_len(MIN_CELLS).for_each(fold);
            table.truncate(half);
        });
    }

    /// The cell that each table is folded to.
    fn evaluations(&self) -> Vec<Scalar> {
        self.tables.iter().map(|table| table[0]).collect()
    }
}

/// Sums a summand's values at `0, 1, …, degree` over pairs of rows.
struct Rows<'summand> {
    summand: &'summand Summand,
    at_one: bool,
    totals: Univariate,
    cells: Vec<Scalar>,
    slopes: Vec<Scalar>,
}

impl<'summand> Rows<'summand> {
    fn new(summand: &'summand Summand, at_one: bool) -> Self {
        let row = vec![Scalar::ZERO; summand.tables.len()];
        Self {
            summand,
            at_one,
            totals: Univariate::default(),
            cells: row.clone(),
            slopes: row,
        }
    }

    fn add(mut self, row: usize) -> Self {
        let Summand {
            num_vars,
            tables,
            combination,
            ..
        } = self.summand;
        let lines = self.cells.iter_mut().zip(&mut self.slopes);
        for ((low, high), table) in lines.zip(tables) {
            *low = table[row];
            *high = table[row + (1 << (num_vars - 2))];
        }
        if combination.vanishes(&self.cells, &self.slopes) {
            return self;
        }
        for (low, slope) in self.cells.iter().zip(&mut self.slopes) {
            *slope -= low;
        }
        self.totals[0] += combination.evaluate(&self.cells);
        for at in 1..=self.summand.degree() {
            step(&mut self.cells, &self.slopes);
            if at > 1 || self.at_one {
                self.totals[at] += combination.evaluate(&self.cells);
            }
        }
        self
    }
}

/// Moves along every line by one. Cells without a slope stay.
fn step(cells: &mut [Scalar], slopes: &[Scalar]) {
    for (cell, slope) in cells.iter_mut().zip(slopes) {
        *cell += slope;
    }
}

/// A summand under way.
struct Running {
    summand: Summand,
    /// `2^m` for the `m` variables that it had at first.
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

    /// What it adds to the round polynomial when `left` variables are unbound.
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

/// What is left of a sum once it is proved, up to the opening.
#[derive(Clone, Debug)]
pub struct Reduced<const DEGREE: usize> {
    /// What the verifier is left with.
    pub claim: EvalClaim<DEGREE>,
    /// `G` at the claim's point, without the mask.
    pub evaluation: Scalar,
    /// Each summand's tables, the blinded ones with their blinds, at the last coordinates of that
    /// point.
    pub tables: Vec<Vec<Scalar>>,
}

/// Proves that `G`, of `constant` and `summands`, sums to zero, under the mask with the committed
/// coefficients `mask`, which must be uniformly random and serve nothing else. If the sum is another,
/// the proof is refused.
///
/// # Panics
///
/// There is no summand, one has a degree above `DEGREE`, or above `DEGREE − 1` in its blinded cells,
/// or the mask is not of this sumcheck's [`MaskShape`].
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

    // Rounds are many and short: a thread of the pool need not be woken to hand out rows.
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
        // 1. The round polynomial, less what the running sum says of it.
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
        bound_mask += inner_product(functional.weights(), mask);
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

/// The mask's round polynomial. Variables not yet bound cancel, so only a factor is left of them:
/// `2^(left−1) · (bound + Σ_j a_j·(2·X^j − 1))`.
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
