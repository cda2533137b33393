//! A second prover, which multiplies polynomials as they are written in the protocol, and may lie.

use crate::case::*;
use zklens_commitment::Columns;
use zklens_field::{AdditiveGroup, Field, Scalar, linear_combination};
use zklens_prover::commitment::Row;
use zklens_transcript::labels;

/// What a liar does to each message; later steps follow from what was sent.
pub(crate) struct Lie {
    pub(crate) name: &'static str,
    /// Added to the value of claim 1.
    pub(crate) value: u64,
    pub(crate) product: fn(&mut [Scalar]),
    pub(crate) at_z: fn(&mut Scalar, Scalar),
    pub(crate) quotient: fn(&mut [Scalar]),
    pub(crate) witness: fn(&mut [Scalar]),
}

pub(crate) const TRUTH: Lie = Lie {
    name: "the truth",
    value: 0,
    product: |_| (),
    at_z: |_, _| (),
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

/// `S`, from `Σ_k γ^k·V_k` and `E_k` by the definition.
pub(crate) fn product_of(columns: Columns, pairs: &[(Vec<Scalar>, Vec<Scalar>)]) -> Vec<Scalar> {
    let mut product = vec![Scalar::ZERO; columns.count()];
    for (v, e) in pairs {
        for (i, v) in v.iter().enumerate() {
            for (j, e) in e.iter().enumerate() {
                // v·e·(X^(i−j) + X^(j−i)); half of it lies above X^0.
                if i != j {
                    product[i.abs_diff(j) - 1] += *v * e;
                }
            }
        }
    }
    product
}

/// A row's polynomial.
pub(crate) fn polynomial(columns: Columns, row: &Row) -> Vec<Scalar> {
    let mut polynomial = cells(row);
    polynomial.resize(columns.count(), Scalar::ZERO);
    polynomial.push(row.blinding);
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
            for (row, rho) in &term.rows {
                let row = polynomial(case.columns, &case.rows[*row]);
                pairs.push((combine(&[(power * rho, &row)]), weights.clone()));
            }
        }
        value += power * claim.value;
        power *= gamma;
    }
    let mut s = product_of(case.columns, &pairs);
    (lie.product)(&mut s);
    writer.write_points(labels::OPENING_PRODUCT, &[sum(&s)]);

    let z = writer.draw(labels::OPENING_POINT);
    let z_inverse = z.inverse().unwrap();
    let at = |at: Scalar, factor: Scalar| {
        let mut terms: Vec<_> = pairs
            .iter()
            .map(|(v, e)| (evaluate(e, at), &v[..]))
            .collect();
        terms.push((-factor, &s));
        combine(&terms)
    };
    let (f, g) = (at(z_inverse, z), at(z, z_inverse));
    let mut at_z = evaluate(&f, z);
    (lie.at_z)(&mut at_z, value.double() - evaluate(&g, z_inverse));
    let at_inverse = value.double() - at_z;
    let quotients = [quotient(&f, at_z, z), quotient(&g, at_inverse, z_inverse)];
    let mut q = combine(&[(one, &quotients[0]), (one, &quotients[1])]);
    (lie.quotient)(&mut q);
    writer.write_scalars(labels::OPENING_VALUE, &[at_z]);
    writer.write_points(labels::OPENING_QUOTIENT, &[sum(&q)]);

    let x = writer.draw(labels::OPENING_FOLD);
    let (a, b) = (
        (x - z).inverse().unwrap(),
        (x - z_inverse).inverse().unwrap(),
    );
    let mut l = combine(&[(a, &f), (b, &g), (-one, &q)]);
    l[0] -= at_z * a + at_inverse * b;
    let mut w = quotient(&l, Scalar::ZERO, x);
    (lie.witness)(&mut w);
    writer.write_points(labels::OPENING_WITNESS, &[sum(&w)]);
    writer.finish()
}
