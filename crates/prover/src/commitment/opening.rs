//! The prover's counterpart of [`zklens_commitment::opening`]. Step numbers are the same.
//!
//! A product `V(X)·E(X^-1)` takes two Fourier transforms. So products with a common factor are first added up.

use super::{Vector, assert_len, powers};
use rayon::prelude::*;
use std::collections::BTreeMap;
use zklens_commitment::{Claim, Functional, Setup, VectorLength};
use zklens_field::{AdditiveGroup, Domain, Field, Scalar, sum_of_scalars};
use zklens_transcript::{Writer, labels};

/// The number of coefficients below which a second thread does not pay.
const MIN_COEFFICIENTS: usize = 256;

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
    let pairs = batch(columns, vectors, claims, gamma);

    // 2. The products without their constant.
    let Product { above, below } = Product::new(columns, &pairs);
    let (above_point, below_point) = rayon::join(
        || sum_of_scalars(powers, &above),
        || sum_of_scalars(powers, &below),
    );
    writer.write_points(labels::OPENING_PRODUCT, &[above_point, below_point]);

    // 3. The point at which the identity is checked.
    let z = writer.draw(labels::OPENING_POINT);
    let z_inverse = z.inverse().expect("z is zero once in 2^253 proofs");

    // 4. B(1/z), and the quotients.
    let f = sum_at(&pairs, z_inverse, &above, z);
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

/// One product of the sum `Σ_k γ^k·V_k(X)·E_k(X^-1)`.
struct Pair {
    /// The `C + 1` coefficients of `V`.
    cells: Vec<Scalar>,
    /// The `C` coefficients of `E`.
    weights: Vec<Scalar>,
}

/// For each functional, by its index, its coefficient on every vector.
type Products = BTreeMap<(usize, usize), Scalar>;

fn batch(columns: VectorLength, vectors: &[Vector], claims: &[Claim], gamma: Scalar) -> Vec<Pair> {
    let mut functionals: Vec<&Functional> = Vec::new();
    let mut products = Products::new();
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
    let shares = share(functionals.len(), vectors.len(), products);
    shares
        .par_iter()
        .map(|share| share.pair(columns, vectors, &functionals))
        .collect()
}

/// Products with a common factor, which cost as much as one.
enum Share {
    /// A functional, with its coefficient on each vector.
    Functional(usize, Vec<(usize, Scalar)>),
    /// A vector, with the coefficient of each functional on it.
    Vector(usize, Vec<(usize, Scalar)>),
}

/// Splits products into shares, the largest first.
fn share(num_functionals: usize, num_vectors: usize, mut products: Products) -> Vec<Share> {
    let mut shares = Vec::new();
    while !products.is_empty() {
        let mut by_functional = vec![0_usize; num_functionals];
        let mut by_row = vec![0_usize; num_vectors];
        for (functional, vector) in products.keys() {
            by_functional[*functional] += 1;
            by_row[*vector] += 1;
        }
        let largest = |counts: &[usize]| (0..counts.len()).max_by_key(|i| counts[*i]);
        let functional = largest(&by_functional).expect("a product has a functional");
        let vector = largest(&by_row).expect("a product has a vector");
        let is_row = by_row[vector] > by_functional[functional];
        let mut taken = Vec::new();
        products.retain(|(f, r), coefficient| {
            let (is_taken, other) = if is_row {
                (*r == vector, *f)
            } else {
                (*f == functional, *r)
            };
            if is_taken {
                taken.push((other, *coefficient));
            }
            !is_taken
        });
        shares.push(if is_row {
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

impl Product {
    /// Short polynomials take short transforms.
    fn new(columns: VectorLength, pairs: &[Pair]) -> Self {
        assert!(!pairs.is_empty(), "there is a claim with a term");
        let count = columns.count();
        let mut by_width: BTreeMap<usize, Vec<&Pair>> = BTreeMap::new();
        for pair in pairs {
            let width = end(&pair.cells[..count]).max(end(&pair.weights)).max(1);
            by_width
                .entry(width.next_power_of_two())
                .or_default()
                .push(pair);
        }
        let [mut above, mut below] = [(); 2].map(|()| vec![Scalar::ZERO; count]);
        let add = |sums: &mut [Scalar], addends: &mut dyn Iterator<Item = &Scalar>| {
            sums.iter_mut()
                .zip(addends)
                .for_each(|(sum, addend)| *sum += addend);
        };
        for (width, pairs) in by_width {
            // From X^-(width−1) to X^(width−1).
            let laurent = correlations(width, &pairs);
            let (negative, others) = laurent[..2 * width - 1].split_at(width - 1);
            add(&mut above, &mut others[1..].iter());
            add(&mut below, &mut negative.iter().rev());
        }
        // The hiding coefficient at X^C meets X^-j at X^(C−j).
        for pair in pairs {
            let sums = above.iter_mut().rev().zip(&pair.weights);
            sums.for_each(|(sum, weight)| *sum += pair.cells[count] * weight);
        }
        Self { above, below }
    }
}

/// One more than the index of the last nonzero coefficient.
fn end(polynomial: &[Scalar]) -> usize {
    let last = polynomial.iter().rposition(|c| *c != Scalar::ZERO);
    last.map_or(0, |last| last + 1)
}

/// The coefficients of `X^(width−1)·Σ V(X)·E(X^-1)`, for pairs of at most `width` coefficients.
fn correlations(width: usize, pairs: &[&Pair]) -> Vec<Scalar> {
    let domain = Domain::new(2 * width).expect("fewer than the field has roots of unity");
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
    let sum = products.reduce_with(|mut sum, addend| {
        let sums = sum.iter_mut().zip(&addend);
        sums.for_each(|(sum, addend)| *sum += addend);
        sum
    });
    let mut laurent = sum.expect("a pair for every width");
    domain.interpolate(&mut laurent);
    laurent
}

/// `Σ_k γ^k·E_k(point)·V_k − factor·A`.
fn sum_at(pairs: &[Pair], point: Scalar, above: &[Scalar], factor: Scalar) -> Vec<Scalar> {
    let horner = |value: Scalar, weight: &Scalar| value * point + weight;
    let weights: Vec<Scalar> = pairs
        .par_iter()
        .map(|pair| pair.weights.iter().rev().fold(Scalar::ZERO, horner))
        .collect();
    (0..above.len() + 1)
        .into_par_iter()
        .with_min_len(MIN_COEFFICIENTS)
        .map(|j| {
            let terms = pairs.iter().zip(&weights);
            let sum: Scalar = terms.map(|(pair, weight)| pair.cells[j] * weight).sum();
            sum - factor * above.get(j).copied().unwrap_or_default()
        })
        .collect()
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
