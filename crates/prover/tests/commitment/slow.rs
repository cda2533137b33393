//! A second prover, which multiplies polynomials as they are written in the protocol, and may lie.

use crate::case::*;
use std::cmp::Ordering;
use zklens_commitment::VectorLength;
use zklens_field::{AdditiveGroup, Field, Scalar, linear_combination};
use zklens_prover::commitment::Vector;
use zklens_transcript::labels;

/// The changes that a malicious prover makes to each message. Later steps follow from the changed message.
pub(crate) struct Lie {
    pub(crate) name: &'static str,
    /// Added to the value of claim 1.
    pub(crate) value: u64,
    /// `A` and `B`.
    pub(crate) product: fn(&mut [Scalar], &mut [Scalar]),
    /// Changes `d`, given the value with which `F(z) = Y + d/z`.
    pub(crate) at_inverse: fn(&mut Scalar, Scalar),
    pub(crate) quotient: fn(&mut [Scalar]),
    pub(crate) witness: fn(&mut [Scalar]),
}

pub(crate) const TRUTH: Lie = Lie {
    name: "the truth",
    value: 0,
    product: |_, _| (),
    at_inverse: |_, _| (),
    quotient: |_| (),
    witness: |_| (),
};

pub(crate) fn evaluate(polynomial: &[Scalar], x: Scalar) -> Scalar {
    polynomial
        .iter()
        .rev()
        .fold(Scalar::ZERO, |value, c| value * x + c)
}

/// The quotient of `f(X) − value` by `X − x`, and the remainder dropped.
pub(crate) fn quotient(f: &[Scalar], value: Scalar, x: Scalar) -> Vec<Scalar> {
    let mut rest = f.to_vec();
    rest[0] -= value;
    let mut quotient = vec![Scalar::ZERO; f.len() - 1];
    for degree in (1..f.len()).rev() {
        quotient[degree - 1] = rest[degree];
        let leading = rest[degree] * x;
        rest[degree - 1] += leading;
    }
    quotient
}

/// `A` and `B`, from `γ^k·V_k` and `E_k` by the definition.
pub(crate) fn product_of(
    columns: VectorLength,
    pairs: &[(Vec<Scalar>, Vec<Scalar>)],
) -> [Vec<Scalar>; 2] {
    let [mut above, mut below] = [(); 2].map(|()| vec![Scalar::ZERO; columns.count()]);
    for (v, e) in pairs {
        for (i, v) in v.iter().enumerate() {
            for (j, e) in e.iter().enumerate() {
                // v·e·X^(i−j)
                match i.cmp(&j) {
                    Ordering::Greater => above[i - j - 1] += *v * e,
                    Ordering::Equal => {}
                    Ordering::Less => below[j - i - 1] += *v * e,
                }
            }
        }
    }
    [above, below]
}

/// A vector's polynomial.
pub(crate) fn polynomial(columns: VectorLength, vector: &Vector) -> Vec<Scalar> {
    let mut polynomial = cells(vector);
    polynomial.resize(columns.count(), Scalar::ZERO);
    polynomial.push(vector.blinding);
    polynomial
}

pub(crate) fn combine(terms: &[(Scalar, &[Scalar])]) -> Vec<Scalar> {
    let len = terms
        .iter()
        .map(|(_, polynomial)| polynomial.len())
        .max()
        .unwrap();
    let coefficient = |j| {
        let term = |(factor, polynomial): &(Scalar, &[Scalar])| {
            *factor * polynomial.get(j).copied().unwrap_or_default()
        };
        terms.iter().map(term).sum()
    };
    (0..len).map(coefficient).collect()
}

pub(crate) fn prove_slowly(case: &Case, lie: &Lie) -> Vec<u8> {
    let (mut writer, claims) = begin(case, |claims| claims[1].value += Scalar::from(lie.value));
    let sum = |coefficients: &[Scalar]| linear_combination(SETUP.powers(), coefficients);
    let one = Scalar::ONE;

    let gamma = writer.draw(labels::OPENING_CLAIMS);
    let mut power = one;
    let mut value = Scalar::ZERO;
    let mut pairs = Vec::new();
    for claim in &claims {
        for term in &claim.terms {
            let weights = weights(case.columns, &term.functional);
            for (vector, rho) in &term.vectors {
                let vector = polynomial(case.columns, &case.vectors[*vector]);
                pairs.push((combine(&[(power * rho, &vector)]), weights.clone()));
            }
        }
        value += power * claim.value;
        power *= gamma;
    }
    let [mut above, mut below] = product_of(case.columns, &pairs);
    (lie.product)(&mut above, &mut below);
    writer.write_points(labels::OPENING_PRODUCT, &[sum(&above), sum(&below)]);

    let z = writer.draw(labels::OPENING_POINT);
    let z_inverse = z.inverse().unwrap();
    let mut terms: Vec<_> = pairs
        .iter()
        .map(|(v, e)| (evaluate(e, z_inverse), &v[..]))
        .collect();
    terms.push((-z, &above));
    let f = combine(&terms);
    let mut at_inverse = evaluate(&below, z_inverse);
    (lie.at_inverse)(&mut at_inverse, (evaluate(&f, z) - value) * z);
    let at_z = value + at_inverse * z_inverse;
    let quotients = [
        quotient(&f, at_z, z),
        quotient(&below, at_inverse, z_inverse),
    ];
    let mut q = combine(&[(one, &quotients[0]), (one, &quotients[1])]);
    (lie.quotient)(&mut q);
    writer.write_scalars(labels::OPENING_VALUE, &[at_inverse]);
    writer.write_points(labels::OPENING_QUOTIENT, &[sum(&q)]);

    let x = writer.draw(labels::OPENING_FOLD);
    let (a, b) = (
        (x - z).inverse().unwrap(),
        (x - z_inverse).inverse().unwrap(),
    );
    let mut l = combine(&[(a, &f), (b, &below), (-one, &q)]);
    l[0] -= at_z * a + at_inverse * b;
    let mut w = quotient(&l, Scalar::ZERO, x);
    (lie.witness)(&mut w);
    writer.write_points(labels::OPENING_WITNESS, &[sum(&w)]);
    writer.finish()
}
