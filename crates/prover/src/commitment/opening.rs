//! The prover's counterpart of [`zklens_commitment::opening`]. Step numbers are the same.
//!
//! A product `V(X)·E(X^-1)` takes two Fourier transforms. So products with a common factor are first added up.

use super::{Vector, assert_len, powers};
use rayon::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use zklens_commitment::{Claim, Functional, Setup, VectorLength};
use zklens_field::{AdditiveGroup, Domain, Field, Scalar, sum_of_scalars};
use zklens_transcript::{Writer, labels};

/// Proves `claims` about `vectors`. If a claim is false, verifiers refuse the proof.
///
/// As for the verifier, the caller has absorbed the commitments before, and everything that the claims depend on.
///
/// # Panics
///
/// If the list of claims is empty or none of them has a term; if a claim does not fit the vectors, a vector has more than `C`
/// cells, or the setup fewer than `C + 1` powers. Once in `2^250` proofs challenges coincide: then it panics, or writes a
/// proof that every verifier refuses.
pub fn open(
    setup: &Setup,
    columns: VectorLength,
    vectors: &[Vector],
    claims: &[Claim],
    writer: &mut Writer,
) {
    let powers = powers(setup, columns);

    // 1. Batch the claims.
    let gamma = writer.draw(labels::OPENING_CLAIMS);
    let batch = Batch::new(columns, claims, gamma);

    // 2. The products without their constant.
    let Product { above, below } = Product::new(columns, vectors, &batch);
    let (above_point, below_point) = rayon::join(
        || sum_of_scalars(powers, &above),
        || sum_of_scalars(powers, &below),
    );
    writer.write_points(labels::OPENING_PRODUCT, &[above_point, below_point]);

    // 3. The point at which the identity is checked.
    let z = writer.draw(labels::OPENING_POINT);
    let z_inverse = z.inverse().expect("z is zero once in 2^253 proofs");

    // 4. B(1/z), and the quotients.
    let f = batch.sum_at(columns, vectors, z_inverse, &above, z);
    let (mut quotient, _) = divide(&f, z);
    let (below_quotient, at_inverse) = divide(&below, z_inverse);
    let sums = quotient.iter_mut().zip(&below_quotient);
    sums.for_each(|(sum, addend)| *sum += addend);
    writer.write_scalars(labels::OPENING_VALUE, &[at_inverse]);
    writer.write_points(
        labels::OPENING_QUOTIENT,
        &[sum_of_scalars(powers, &quotient)],
    );

    // 5. The point at which the quotients are checked.
    let x = writer.draw(labels::OPENING_FOLD);

    // 6. The quotient at x. L less its value at x, which is zero, needs no constants.
    let [over_x_z, over_x_z_inverse] = [x - z, x - z_inverse].map(|difference| {
        difference
            .inverse()
            .expect("x meets z once in 2^252 proofs")
    });
    let folded: Vec<Scalar> = (0..f.len())
        .map(|j| {
            let [below, quotient] = [&below, &quotient].map(|p| p.get(j).copied());
            f[j] * over_x_z + below.unwrap_or_default() * over_x_z_inverse
                - quotient.unwrap_or_default()
        })
        .collect();
    let (witness, _) = divide(&folded, x);
    writer.write_points(labels::OPENING_WITNESS, &[sum_of_scalars(powers, &witness)]);
}

/// The claims as one: `Σ coefficient·⟨vector, functional⟩`.
struct Batch<'a> {
    functionals: Vec<&'a Functional>,
    /// The coefficient of each functional on each vector, given by their indices.
    products: BTreeMap<(usize, usize), Scalar>,
}

impl<'a> Batch<'a> {
    fn new(columns: VectorLength, claims: &'a [Claim], gamma: Scalar) -> Self {
        let mut functionals: Vec<&Functional> = Vec::new();
        let mut products = BTreeMap::<_, Scalar>::new();
        let mut power = Scalar::ONE;
        for claim in claims {
            for term in &claim.terms {
                let end = term.functional.end();
                let fits = end.is_some_and(|end| end <= columns.count());
                assert!(fits, "a functional beyond column {}", columns.count());
                let known = functionals.iter().position(|f| **f == term.functional);
                let functional = known.unwrap_or_else(|| {
                    functionals.push(&term.functional);
                    functionals.len() - 1
                });
                for (vector, rho) in &term.vectors {
                    *products.entry((functional, *vector)).or_default() += power * rho;
                }
            }
            power *= gamma;
        }
        Self {
            functionals,
            products,
        }
    }

    /// `Σ coefficient·E(point)·V − factor·A`, with the `C + 1` coefficients of each vector `V`.
    fn sum_at(
        &self,
        columns: VectorLength,
        vectors: &[Vector],
        point: Scalar,
        above: &[Scalar],
        factor: Scalar,
    ) -> Vec<Scalar> {
        let values: Vec<Scalar> = self.functionals.par_iter().map(|f| f.at(&point)).collect();
        let mut coefficients = BTreeMap::<usize, Scalar>::new();
        for ((functional, vector), coefficient) in &self.products {
            *coefficients.entry(*vector).or_default() += values[*functional] * coefficient;
        }
        let coefficients: Vec<(usize, Scalar)> = coefficients.into_iter().collect();
        let part = coefficients
            .len()
            .div_ceil(rayon::current_num_threads())
            .max(1);
        let parts = coefficients.par_chunks(part);
        let parts = parts.map(|part| combine_vectors(columns, vectors, part));
        let mut sum = parts
            .reduce_with(|left, right| added(left, &right))
            .unwrap_or_default();
        let sums = sum.iter_mut().zip(above);
        sums.for_each(|(sum, above)| *sum -= factor * above);
        sum
    }
}

fn added(mut left: Vec<Scalar>, right: &[Scalar]) -> Vec<Scalar> {
    let sums = left.iter_mut().zip(right);
    sums.for_each(|(sum, addend)| *sum += addend);
    left
}

/// A product `V(X)·E(X^-1)`.
struct Pair {
    /// The `C + 1` coefficients of `V`.
    cells: Vec<Scalar>,
    /// The `C` coefficients of `E`.
    weights: Vec<Scalar>,
}

/// Products with a common factor, which cost as much as one.
enum Share {
    /// A functional, with its coefficient on each vector.
    Functional(usize, Vec<(usize, Scalar)>),
    /// A vector, with the coefficient of each functional on it.
    Vector(usize, Vec<(usize, Scalar)>),
}

/// Splits the products of a batch into shares, the largest first.
fn share(batch: &Batch<'_>, num_vectors: usize) -> Vec<Share> {
    let products = &batch.products;
    let mut by_functional = vec![Vec::new(); batch.functionals.len()];
    let mut by_vector = vec![Vec::new(); num_vectors];
    for (functional, vector) in products.keys() {
        by_functional[*functional].push(*vector);
        by_vector[*vector].push(*functional);
    }
    let mut left: Vec<usize> = by_functional.iter().map(Vec::len).collect();
    let mut left_of_vectors: Vec<usize> = by_vector.iter().map(Vec::len).collect();
    let mut is_taken = BTreeSet::new();
    let mut shares = Vec::new();
    while is_taken.len() < products.len() {
        let largest = |counts: &[usize]| (0..counts.len()).max_by_key(|i| counts[*i]);
        let functional = largest(&left).expect("a product has a functional");
        let vector = largest(&left_of_vectors).expect("a product has a vector");
        let of_vector = left_of_vectors[vector] > left[functional];
        let pairs: Vec<(usize, usize)> = if of_vector {
            by_vector[vector].iter().map(|f| (*f, vector)).collect()
        } else {
            by_functional[functional]
                .iter()
                .map(|v| (functional, *v))
                .collect()
        };
        let mut taken = Vec::new();
        for pair in pairs.into_iter().filter(|pair| is_taken.insert(*pair)) {
            left[pair.0] -= 1;
            left_of_vectors[pair.1] -= 1;
            let other = if of_vector { pair.0 } else { pair.1 };
            taken.push((other, products[&pair]));
        }
        shares.push(if of_vector {
            Share::Vector(vector, taken)
        } else {
            Share::Functional(functional, taken)
        });
    }
    shares
}

impl Share {
    fn pair(&self, columns: VectorLength, vectors: &[Vector], functionals: &[&Functional]) -> Pair {
        match self {
            Self::Functional(functional, coefficients) => Pair {
                cells: combine_vectors(columns, vectors, coefficients),
                weights: functionals[*functional].coefficients(columns),
            },
            Self::Vector(vector, coefficients) => {
                let mut weights = vec![Scalar::ZERO; columns.count()];
                for (functional, coefficient) in coefficients {
                    let addend = functionals[*functional].coefficients(columns);
                    let sums = weights.iter_mut().zip(&addend);
                    sums.filter(|(_, weight)| **weight != Scalar::ZERO)
                        .for_each(|(sum, weight)| *sum += *weight * coefficient);
                }
                Pair {
                    cells: combine_vectors(columns, vectors, &[(*vector, Scalar::ONE)]),
                    weights,
                }
            }
        }
    }
}

/// The `C + 1` coefficients of a combination of vectors.
fn combine_vectors(
    columns: VectorLength,
    vectors: &[Vector],
    coefficients: &[(usize, Scalar)],
) -> Vec<Scalar> {
    let mut cells = vec![Scalar::ZERO; columns.count()];
    let mut blinding = Scalar::ZERO;
    for (vector, rho) in coefficients {
        let vector = &vectors[*vector];
        assert_len(columns, vector);
        vector.cells.add_to(&mut cells, rho);
        blinding += vector.blinding * rho;
    }
    cells.push(blinding);
    cells
}

/// `Σ_k γ^k·V_k(X)·E_k(X^-1)`, without its constant coefficient.
struct Product {
    /// The coefficients of `A`.
    above: Vec<Scalar>,
    /// The coefficients of `B`.
    below: Vec<Scalar>,
}

/// Pairs that are multiplied at a time: each takes memory.
const PAIRS: usize = 32;

impl Product {
    /// Short polynomials take short transforms.
    fn new(columns: VectorLength, vectors: &[Vector], batch: &Batch<'_>) -> Self {
        let shares = share(batch, vectors.len());
        assert!(!shares.is_empty(), "there is a claim with a term");
        let count = columns.count();
        let [mut above, mut below] = [(); 2].map(|()| vec![Scalar::ZERO; count]);
        // For each width, the sum of products as values at roots of unity.
        let mut values: BTreeMap<usize, Vec<Scalar>> = BTreeMap::new();
        for shares in shares.chunks(PAIRS) {
            let pairs = shares.par_iter();
            let pairs = pairs.map(|share| share.pair(columns, vectors, &batch.functionals));
            let pairs: Vec<Pair> = pairs.collect();
            let mut by_width: BTreeMap<usize, Vec<&Pair>> = BTreeMap::new();
            for pair in &pairs {
                let width = end(&pair.cells[..count]).max(end(&pair.weights)).max(1);
                let width = width.next_power_of_two();
                by_width.entry(width).or_default().push(pair);
                // The hiding coefficient at X^C meets X^-j at X^(C−j).
                let sums = above.iter_mut().rev().zip(&pair.weights);
                sums.for_each(|(sum, weight)| *sum += pair.cells[count] * weight);
            }
            for (width, pairs) in by_width {
                let products = correlations(width, &pairs);
                let sum = values.remove(&width);
                let sum = match sum {
                    Some(sum) => added(sum, &products),
                    None => products,
                };
                values.insert(width, sum);
            }
        }
        for (width, mut laurent) in values {
            domain(width).interpolate(&mut laurent);
            // From X^-(width−1) to X^(width−1).
            let (negative, others) = laurent[..2 * width - 1].split_at(width - 1);
            let sums = above.iter_mut().zip(&others[1..]);
            sums.for_each(|(sum, addend)| *sum += addend);
            let sums = below.iter_mut().zip(negative.iter().rev());
            sums.for_each(|(sum, addend)| *sum += addend);
        }
        Self { above, below }
    }
}

/// One more than the index of the last nonzero coefficient.
fn end(polynomial: &[Scalar]) -> usize {
    let last = polynomial.iter().rposition(|c| *c != Scalar::ZERO);
    last.map_or(0, |last| last + 1)
}

fn domain(width: usize) -> Domain {
    Domain::new(2 * width).expect("fewer than the field has roots of unity")
}

/// `X^(width−1)·Σ V(X)·E(X^-1)` at all roots of unity, for pairs of at most `width` coefficients.
fn correlations(width: usize, pairs: &[&Pair]) -> Vec<Scalar> {
    let domain = domain(width);
    let products = pairs.par_iter().map(|pair| {
        let coefficient = |polynomial: &[Scalar], j| polynomial.get(j).copied().unwrap_or_default();
        // The blinding behind the cells takes no part in these products.
        let cells = &pair.cells[..pair.weights.len()];
        let mut values: Vec<Scalar> = (0..width).map(|j| coefficient(cells, j)).collect();
        domain.evaluate(&mut values);
        let mut reversed: Vec<Scalar> = (0..width)
            .rev()
            .map(|j| coefficient(&pair.weights, j))
            .collect();
        domain.evaluate(&mut reversed);
        let products = values.iter_mut().zip(&reversed);
        products.for_each(|(value, factor)| *value *= factor);
        values
    });
    products
        .reduce_with(|left, right| added(left, &right))
        .expect("a pair for every width")
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
