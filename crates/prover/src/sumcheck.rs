//! Twin of `zklens_sumcheck`: the same steps and labels, and the work between them.
//!
//! The polynomial summed is a list of [`Summand`]s, batched as [`SumClaim::batch`] does: each a
//! [`Combination`], of low degree, of some multilinear tables. A round costs one pass over the tables
//! that still have its variable, and folds them in place to half their length.

use rayon::prelude::*;
use std::fmt::Debug;
use zklens_field::{AdditiveGroup, Field, Scalar, batch_invert};
use zklens_sumcheck::{EvalClaim, MAX_DEGREE, MaskFunctional, MaskShape, RoundMessage, SumClaim};
use zklens_transcript::{Writer, labels};

/// Rows that one thread takes at least.
const MIN_ROWS: usize = 1 << 9;

/// Coefficients, or values at `0, 1, …`, of a round polynomial.
type Univariate = [Scalar; MAX_DEGREE + 1];

/// A polynomial in one row's cells: what is summed, row by row.
pub trait Combination: Debug + Send + Sync {
    /// Total degree in the cells.
    fn degree(&self) -> usize;

    /// The value on a row with one cell per table. Called `degree` times a row.
    fn evaluate(&self, cells: &[Scalar]) -> Scalar;
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
        let product = |Product {
                           coefficient,
                           factors,
                       }: &Product| {
            factors
                .iter()
                .fold(*coefficient, |value, &cell| value * cells[cell])
        };
        self.0.iter().map(product).sum()
    }
}

/// A combination of tables, with its claimed sum over their rows.
#[derive(Debug)]
pub struct Summand {
    num_vars: usize,
    sum: Scalar,
    tables: Vec<Vec<Scalar>>,
    combination: Box<dyn Combination>,
}

impl Summand {
    /// Claims that `combination` of `tables` sums to `sum` over the hypercube of `num_vars`
    /// variables. A false sum makes a proof that is refused.
    ///
    /// # Panics
    ///
    /// A table's length is not `2^num_vars`, or the degree is above [`MAX_DEGREE`].
    pub fn new(
        num_vars: usize,
        sum: Scalar,
        tables: Vec<Vec<Scalar>>,
        combination: impl Combination + 'static,
    ) -> Self {
        let fits = |table: &Vec<Scalar>| table.len() == 1 << num_vars;
        assert!(
            tables.iter().all(fits),
            "every table has 2^{num_vars} cells"
        );
        let degree = combination.degree();
        assert!(
            degree <= MAX_DEGREE,
            "degree {degree} of at most {MAX_DEGREE}"
        );
        Self {
            num_vars,
            sum,
            tables,
            combination: Box::new(combination),
        }
    }

    /// What is claimed of this summand.
    pub const fn claim(&self) -> SumClaim {
        SumClaim {
            num_vars: self.num_vars,
            sum: self.sum,
        }
    }

    /// The sum that the tables have, which an honest summand claims.
    #[must_use]
    pub fn true_sum(&self) -> Scalar {
        let value = |cells: &mut Vec<Scalar>, row: usize| {
            cells.clear();
            cells.extend(self.tables.iter().map(|table| table[row]));
            self.combination.evaluate(cells)
        };
        let rows = (0..1_usize << self.num_vars).into_par_iter();
        rows.with_min_len(MIN_ROWS).map_init(Vec::new, value).sum()
    }

    /// Coefficients of this summand's round polynomial when `left` variables are unbound.
    fn round(&self, left: usize, interpolation: &Interpolation) -> Univariate {
        if self.num_vars < left {
            let mut constant = Univariate::default();
            constant[0] = doubled(self.sum, left - 1 - self.num_vars);
            return constant;
        }
        let degree = self.degree();
        let rows = (0..1_usize << (left - 1)).into_par_iter();
        let mut values = rows
            .with_min_len(MIN_ROWS)
            .fold(
                || Rows::new(self.tables.len()),
                |rows, row| rows.add(self, row),
            )
            .map(|rows| rows.totals)
            .reduce(Univariate::default, sum);
        values[1] = self.sum - values[0];
        interpolation.coefficients(&values[..=degree])
    }

    /// Binds the variable to `r`, where the round polynomial has these `coefficients`.
    fn bind(&mut self, left: usize, coefficients: &Univariate, r: &Scalar) {
        if self.num_vars < left {
            return;
        }
        self.num_vars -= 1;
        self.sum = horner(coefficients, r);
        for table in &mut self.tables {
            let (low, high) = table.split_at_mut(1 << self.num_vars);
            let pairs = low.par_iter_mut().zip(high).with_min_len(MIN_ROWS);
            pairs.for_each(|(low, high)| *low += (*high - *low) * r);
            table.truncate(1 << self.num_vars);
        }
    }

    /// Degree of the round polynomials. The sum fixes the value at one, so it is never zero.
    fn degree(&self) -> usize {
        self.combination.degree().max(1)
    }

    /// The cell that each table is folded to.
    fn evaluations(&self) -> Vec<Scalar> {
        self.tables.iter().map(|table| table[0]).collect()
    }
}

/// Sums a summand's values at `0, 2, …, degree` over rows; that at one follows from the running sum.
struct Rows {
    totals: Univariate,
    cells: Vec<Scalar>,
    slopes: Vec<Scalar>,
}

impl Rows {
    fn new(num_tables: usize) -> Self {
        Self {
            totals: Univariate::default(),
            cells: vec![Scalar::ZERO; num_tables],
            slopes: vec![Scalar::ZERO; num_tables],
        }
    }

    fn add(mut self, summand: &Summand, row: usize) -> Self {
        let half = 1 << (summand.num_vars - 1);
        let lines = self.cells.iter_mut().zip(&mut self.slopes);
        for ((cell, slope), table) in lines.zip(&summand.tables) {
            *cell = table[row];
            *slope = table[row + half] - table[row];
        }
        self.totals[0] += summand.combination.evaluate(&self.cells);
        self.step();
        for at in 2..=summand.degree() {
            self.step();
            self.totals[at] += summand.combination.evaluate(&self.cells);
        }
        self
    }

    /// Moves along every line by one.
    fn step(&mut self) {
        for (cell, slope) in self.cells.iter_mut().zip(&self.slopes) {
            *cell += slope;
        }
    }
}

/// What is left of a sum once it is proved, up to the opening.
#[derive(Clone, Debug)]
pub struct Reduced<const DEGREE: usize> {
    /// What the verifier is left with.
    pub claim: EvalClaim<DEGREE>,
    /// The batched polynomial at the claim's point, without the mask.
    pub evaluation: Scalar,
    /// Each summand's tables at the last coordinates of that point.
    pub tables: Vec<Vec<Scalar>>,
}

/// Proves the claims of `summands`, batched by `challenge`, under the mask with the committed
/// coefficients `mask`, which must be uniformly random and serve nothing else.
///
/// # Panics
///
/// A summand's degree is above `DEGREE`, or the mask is not of this sumcheck's [`MaskShape`].
pub fn prove<const DEGREE: usize>(
    mut summands: Vec<Summand>,
    challenge: &Scalar,
    mask: &[Scalar],
    writer: &mut Writer,
) -> Reduced<DEGREE> {
    let claims: Vec<SumClaim> = summands.iter().map(Summand::claim).collect();
    let SumClaim {
        num_vars,
        sum: mut value,
    } = SumClaim::batch(&claims, challenge);
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

    let interpolation = Interpolation::new();
    let mut point = Vec::with_capacity(num_vars);
    let mut bound_mask = Scalar::ZERO;
    for (round, mask) in mask.chunks_exact(DEGREE).enumerate() {
        // 1. The round polynomial, less what the running sum says of it.
        let left = num_vars - round;
        let polynomials: Vec<Univariate> = summands
            .iter()
            .map(|summand| summand.round(left, &interpolation))
            .collect();
        let batched = batch(&polynomials, challenge);
        let masked = sum(batched, mask_round(&bound_mask, mask, left));
        let coefficient = |k| masked[if k == 0 { 0 } else { k + 1 }];
        let message = RoundMessage::<DEGREE>(std::array::from_fn(coefficient));
        writer.write_scalars(labels::SUMCHECK_ROUND, &message.0);
        // 2. Bind the variable.
        let r = writer.draw(labels::SUMCHECK_BIND);
        // 3. The running sum.
        value = message.evaluate(&value, &r);
        point.push(r);
        for (summand, polynomial) in summands.iter_mut().zip(&polynomials) {
            summand.bind(left, polynomial, &r);
        }
        let functional = MaskFunctional::at::<DEGREE>(&[r]);
        bound_mask += inner_product(functional.weights(), mask);
    }

    let tables: Vec<Vec<Scalar>> = summands.iter().map(Summand::evaluations).collect();
    let values = summands.iter().zip(&tables);
    let evaluation = values.rev().fold(Scalar::ZERO, |sum, (summand, cells)| {
        sum * challenge + summand.combination.evaluate(cells)
    });
    let claim = EvalClaim { point, value };
    Reduced {
        claim,
        evaluation,
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

fn batch(polynomials: &[Univariate], challenge: &Scalar) -> Univariate {
    let polynomials = polynomials.iter().rev();
    polynomials.fold(Univariate::default(), |batched, polynomial| {
        sum(
            batched.map(|coefficient| coefficient * challenge),
            *polynomial,
        )
    })
}

fn sum(left: Univariate, right: Univariate) -> Univariate {
    std::array::from_fn(|k| left[k] + right[k])
}

fn doubled(scalar: Scalar, times: usize) -> Scalar {
    (0..times).fold(scalar, |scalar, _| scalar.double())
}

fn horner(coefficients: &[Scalar], x: &Scalar) -> Scalar {
    let coefficients = coefficients.iter().rev();
    coefficients.fold(Scalar::ZERO, |value, coefficient| value * x + coefficient)
}

fn inner_product(left: &[Scalar], right: &[Scalar]) -> Scalar {
    left.iter()
        .zip(right)
        .map(|(left, right)| *left * right)
        .sum()
}

/// From values to coefficients, by Newton's divided differences.
struct Interpolation {
    /// `1/1, 1/2, …`.
    inverses: [Scalar; MAX_DEGREE],
}

impl Interpolation {
    fn new() -> Self {
        let mut inverses = [Scalar::ONE; MAX_DEGREE];
        for k in 1..MAX_DEGREE {
            inverses[k] = inverses[k - 1] + Scalar::ONE;
        }
        batch_invert(&mut inverses);
        Self { inverses }
    }

    /// The polynomial of lowest degree with these `values` at `0, 1, …`.
    fn coefficients(&self, values: &[Scalar]) -> Univariate {
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
