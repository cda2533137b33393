//! Commits rows and opens them: the prover of [`zklens_commitment::opening`], whose documentation
//! has the protocol. Step numbers are the same.
//!
//! Randomness is the caller's: [`Row::blinding`] and the cells of mask rows, of which *The caller's
//! duty* in [`zklens_commitment::opening`] says what hides an opening.

use rayon::prelude::*;
use zklens_commitment::{Claim, Columns, Functional, Setup};
use zklens_field::{AdditiveGroup, Field, Point, Scalar, linear_combination, sum_of_integers};
use zklens_transcript::{Writer, labels};

/// One row of a committed vector.
#[derive(Clone, Debug)]
pub struct Row {
    /// The row's cells, from the first column on. Columns without a cell hold zero.
    pub cells: Cells,
    /// What hides the row; zero for a public one.
    pub blinding: Scalar,
}

/// The cells of a row.
#[derive(Clone, Debug)]
pub enum Cells {
    /// Small integers, which are cheap to commit to.
    Integers(Vec<i64>),
    /// Any scalars.
    Scalars(Vec<Scalar>),
}

impl Cells {
    /// How many there are.
    const fn len(&self) -> usize {
        match self {
            Self::Integers(cells) => cells.len(),
            Self::Scalars(cells) => cells.len(),
        }
    }
}

/// Commits to every row.
///
/// # Panics
///
/// A row has more cells than columns, or the setup fewer than `C + 1` powers.
#[must_use]
pub fn commit(setup: &Setup, columns: Columns, rows: &[Row]) -> Vec<Point> {
    let powers = powers(setup, columns);
    rows.par_iter()
        .map(|row| commit_row(powers, columns, row))
        .collect()
}

fn commit_row(powers: &[Point], columns: Columns, row: &Row) -> Point {
    assert!(
        row.cells.len() <= columns.count(),
        "{} cells in a row",
        row.cells.len()
    );
    let hiding = powers[columns.count()];
    match &row.cells {
        Cells::Integers(cells) => {
            let sum = sum_of_integers(powers, cells);
            linear_combination(&[sum, hiding], &[Scalar::ONE, row.blinding])
        }
        Cells::Scalars(cells) => {
            let mut points = powers[..cells.len()].to_vec();
            points.push(hiding);
            linear_combination(&points, &[cells, &[row.blinding][..]].concat())
        }
    }
}

fn powers(setup: &Setup, columns: Columns) -> &[Point] {
    let powers = setup.powers().get(..=columns.count());
    powers.expect("the setup has a power for every column and one more")
}

/// Proves `claims` on `rows`. As for the verifier, the commitments and all that the claims depend on
/// were absorbed before.
///
/// # Panics
///
/// There is no claim; a claim is false or does not fit the rows; a row has more cells than columns; the setup has fewer
/// than `C + 1` powers; or, once in `2^250` proofs, challenges coincide (for some such challenges the
/// proof is written, and refused by every verifier).
pub fn open(setup: &Setup, columns: Columns, rows: &[Row], claims: &[Claim], writer: &mut Writer) {
    let powers = powers(setup, columns);

    // 1. Batch the claims: V_k, times γ^k.
    let gamma = writer.draw(labels::OPENING_CLAIMS);
    let weights: Vec<Scalar> =
        std::iter::successors(Some(Scalar::ONE), |power| Some(*power * gamma))
            .take(claims.len())
            .collect();
    let combinations: Vec<Combination> = claims
        .par_iter()
        .zip(&weights)
        .map(|(claim, weight)| Combination::new(columns, rows, claim, *weight))
        .collect();
    let value: Scalar = claims
        .iter()
        .zip(&weights)
        .map(|(claim, weight)| claim.value * weight)
        .sum();

    // 2. What the products leave.
    let product = product(columns, &combinations, claims);
    writer.write_points(
        labels::OPENING_PRODUCT,
        &[linear_combination(powers, &product)],
    );

    // 3. Where the identity is checked.
    let z = writer.draw(labels::OPENING_POINT);
    let z_inverse = z.inverse().expect("z is zero once in 2^253 proofs");

    // 4. F(z), and the quotients.
    let f = sum_at(columns, &combinations, claims, &z_inverse, &product, z);
    let g = sum_at(columns, &combinations, claims, &z, &product, z_inverse);
    let (f_quotient, at_z) = divide(&f, z);
    let (g_quotient, at_inverse) = divide(&g, z_inverse);
    assert_eq!(at_z + at_inverse, value.double(), "a claim is false");
    let quotient: Vec<Scalar> = f_quotient
        .iter()
        .zip(&g_quotient)
        .map(|(f, g)| *f + g)
        .collect();
    writer.write_scalars(labels::OPENING_VALUE, &[at_z]);
    writer.write_points(
        labels::OPENING_QUOTIENT,
        &[linear_combination(powers, &quotient)],
    );

    // 5. Where the quotients are checked.
    let x = writer.draw(labels::OPENING_FOLD);

    // 6. The quotient at x. L less its value at x, which is zero, needs no constants.
    let [over_x_z, over_x_z_inverse] = [x - z, x - z_inverse].map(|difference| {
        difference
            .inverse()
            .expect("x meets z once in 2^252 proofs")
    });
    let folded: Vec<Scalar> = (0..f.len())
        .map(|j| {
            let quotient = quotient.get(j).copied().unwrap_or_default();
            f[j] * over_x_z + g[j] * over_x_z_inverse - quotient
        })
        .collect();
    let (witness, _) = divide(&folded, x);
    writer.write_points(
        labels::OPENING_WITNESS,
        &[linear_combination(powers, &witness)],
    );
}

/// `γ^k·V_k`.
struct Combination {
    /// The cells that are not known to be zero.
    cells: Vec<Scalar>,
    /// The coefficient at `X^C`.
    blinding: Scalar,
}

impl Combination {
    fn new(columns: Columns, rows: &[Row], claim: &Claim, weight: Scalar) -> Self {
        let len = claim
            .rows
            .iter()
            .map(|(row, _)| rows[*row].cells.len())
            .max()
            .unwrap_or(0);
        assert!(len <= columns.count(), "{len} cells in a row");
        let mut cells = vec![Scalar::ZERO; len];
        let mut blinding = Scalar::ZERO;
        for (row, rho) in &claim.rows {
            let (row, rho) = (&rows[*row], weight * rho);
            blinding += row.blinding * rho;
            match &row.cells {
                Cells::Integers(row) => {
                    let row = row.iter().map(|n| Scalar::from(*n));
                    cells
                        .iter_mut()
                        .zip(row)
                        .for_each(|(sum, cell)| *sum += cell * rho);
                }
                Cells::Scalars(row) => {
                    cells
                        .iter_mut()
                        .zip(row)
                        .for_each(|(sum, cell)| *sum += *cell * rho);
                }
            }
        }
        Self { cells, blinding }
    }
}

/// The coefficients of `S`.
fn product(columns: Columns, combinations: &[Combination], claims: &[Claim]) -> Vec<Scalar> {
    let count = columns.count();
    let laurent = combinations
        .par_iter()
        .zip(claims)
        .map(|(combination, claim)| correlate(columns, combination, &claim.functional))
        .reduce_with(|mut sum, addend| {
            sum.iter_mut()
                .zip(&addend)
                .for_each(|(sum, addend)| *sum += addend);
            sum
        });
    let laurent = laurent.expect("there is a claim");
    let (below, above) = laurent.split_at(count);
    // `below` ends with the constant coefficient, and has none at X^-C.
    let mirrored = below.iter().rev().skip(1).chain([&Scalar::ZERO]);
    above
        .iter()
        .zip(mirrored)
        .map(|(above, below)| *above + below)
        .collect()
}

/// The coefficients of `V(X)·E(X^-1)`, from `X^-(C−1)` to `X^C`.
fn correlate(columns: Columns, combination: &Combination, functional: &Functional) -> Vec<Scalar> {
    let count = columns.count();
    let constant = count - 1;
    let mut laurent = vec![Scalar::ZERO; 2 * count];
    match functional {
        Functional::Tensor(point) => {
            assert_eq!(
                point.len(),
                columns.log(),
                "a coordinate for every variable"
            );
            laurent[constant..][..combination.cells.len()].copy_from_slice(&combination.cells);
            laurent[constant + count] = combination.blinding;
            let mut shift = 1;
            for u in point.iter().rev() {
                // Times (1 − u) + u·X^-shift. All below `start` is still zero, and stays.
                let start = count - 2 * shift;
                for i in start..laurent.len() {
                    let above = laurent.get(i + shift).copied().unwrap_or_default();
                    let difference = above - laurent[i];
                    laurent[i] += difference * u;
                }
                shift *= 2;
            }
        }
        Functional::Sparse(weights) => {
            for (column, weight) in weights {
                assert!(*column < count, "column {column} of {count}");
                let shifted = &mut laurent[constant - column..];
                for (sum, cell) in shifted.iter_mut().zip(&combination.cells) {
                    *sum += *cell * weight;
                }
                shifted[count] += combination.blinding * weight;
            }
        }
    }
    laurent
}

/// `Σ_k E_k(point)·γ^k·V_k − factor·S`.
fn sum_at(
    columns: Columns,
    combinations: &[Combination],
    claims: &[Claim],
    point: &Scalar,
    product: &[Scalar],
    factor: Scalar,
) -> Vec<Scalar> {
    let mut sum: Vec<Scalar> = product.iter().map(|s| -factor * s).collect();
    let mut blinding = Scalar::ZERO;
    for (combination, claim) in combinations.iter().zip(claims) {
        let weight = claim.functional.at(point);
        for (sum, cell) in sum.iter_mut().zip(&combination.cells) {
            *sum += *cell * weight;
        }
        blinding += combination.blinding * weight;
    }
    assert_eq!(sum.len(), columns.count());
    sum.push(blinding);
    sum
}

/// `(f(X) − f(at)) / (X − at)`, and `f(at)`.
fn divide(f: &[Scalar], at: Scalar) -> (Vec<Scalar>, Scalar) {
    let mut remainder = Scalar::ZERO;
    let mut quotient = vec![Scalar::ZERO; f.len()];
    for (coefficient, quotient) in f.iter().zip(&mut quotient).rev() {
        *quotient = remainder;
        remainder = remainder * at + coefficient;
    }
    quotient.pop();
    (quotient, remainder)
}
