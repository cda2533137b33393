//! The opening proves many claims about sums over committed vectors at once, with three points, one scalar and two
//! pairings.
//!
//! # Claim
//!
//! For the vectors inside given commitments `K_i`:
//!
//! ```text
//! V_kt(X) = Σ_i ρ_kti·row_i(X)      E_kt(X) = Σ_{j<C} e_ktj·X^j
//! Σ_t Σ_{j<C} v_ktj·e_ktj = y_k     for every claim k < n, over its terms t
//! ```
//!
//! * `n` is the number of claims, `C` the number of cells of every vector;
//! * `row_i(X)` is vector `i` as a polynomial: its cells are the coefficients below `X^C`, and its hiding coefficient
//!   is at `X^C` (see the crate's documentation);
//! * `ρ_kti` is the coefficient of vector `i` in term `t` of claim `k`;
//! * `e_ktj` is the factor of cell `j` in that term: the functional;
//! * `v_ktj` is the coefficient of `X^j` in `V_kt`: cell `j` of the combined vectors;
//! * `y_k` is the value that is claimed;
//! * `[P]` is the commitment `P(τ)·[1]₁` to a polynomial `P`.
//!
//! **Before `γ` the caller has bound all of it**: the commitments, `C`, the digest of the setup, the terms with their
//! `ρ` and `e`, and `y`. A [`Reader`] binds the messages that it has read and the statement's digest. Everything else
//! must be in that digest.
//!
//! # Protocol
//!
//! The constant coefficient of `V(X)·E(X^-1)` is `Σ_j v_j·e_j`. The hiding coefficient at `X^C` is multiplied by
//! `X^0 … X^-(C−1)` only, so it stays above the constant coefficient. Summed over the terms, and batched with powers
//! of `γ`,
//!
//! ```text
//! Σ_kt γ^k·V_kt(X)·E_kt(X^-1) = Y + X·A(X) + X^-1·B(X^-1)        Y = Σ_k γ^k·y_k
//! ```
//!
//! with two polynomials `A` and `B`. Their degrees need no check: `A` and `B` add nothing at `X^0`, and coefficients
//! of the vectors from `X^C` on have no factor that brings them there. At a point `z` the left side is linear in the
//! vectors' polynomials. So the prover sends no `V_kt(z)`, and the verifier evaluates each `E_kt` once:
//!
//! ```text
//! F(X) = Σ_kt γ^k·E_kt(1/z)·V_kt(X) − z·A(X)        F(z) = Y + B(1/z)/z
//! ```
//!
//! 1. The verifier draws `γ`.
//! 2. The prover sends `[A]` and `[B]`.
//! 3. The verifier draws `z`.
//! 4. The prover sends `d = B(1/z)`, and `[Q]` of
//!    `Q(X) = (F(X) − f) / (X − z) + (B(X) − d) / (X − 1/z)`, with `f = Y + d/z`.
//! 5. The verifier draws `x`.
//! 6. The prover sends `[W]`, `W(X) = L(X) / (X − x)`, with
//!    `L(X) = (F(X) − f) / (x − z) + (B(X) − d) / (x − 1/z) − Q(X)`.
//! 7. The verifier refuses `z ∈ {0, 1, −1}` and `x ∈ {z, 1/z}`, and checks
//!    `e([L] + x·[W], [1]₂) = e([W], [τ]₂)`. `[L]` is one linear combination, in which every vector
//!    appears once.
//!
//! # Soundness
//!
//! In the algebraic group model every point that the prover sends comes with a polynomial of degree
//! below `N`, the number of powers of `τ` that the ceremony has published, which is more than our
//! string holds: about `2^27`. If a claim on those polynomials is false, or they are not what the
//! equations above say, then step 7 passes only if one of these happened (or `τ` was computed from
//! the published powers), for each transcript that a prover tries:
//!
//! * `Σ_k γ^k·(Σ_t ⟨v_kt, e_kt⟩ − y_k) = 0` for `γ`: at most `(n − 1) / 2^253`, for however many
//!   terms;
//! * the identity of Laurent polynomials, its exponents within `±N`, is false and holds at `z`: at
//!   most `2N / 2^253`;
//! * `(x − 1/z)·(F(x) − f) + (x − z)·(B(x) − d) = (x − z)·(x − 1/z)·Q(x)`, of degree `N + 1`, is
//!   false and holds at `x`: at most `(N + 1) / 2^253`. As an identity, it gives `F(z) = f` at `z`
//!   and `B(1/z) = d` at `1/z`, because `z ≠ 1/z`: the two points need no challenge of their own.
//!
//! With `N = 2^27` and less than `2^15` claims that is below `2^-224`. Cells that no claim
//! weighs, such as padding, may hold anything. If a cell must be zero, a claim has to say so.
//!
//! # Completeness
//!
//! An honest proof is refused in step 7 with probability at most `5 / 2^253`. If `A` or `B` is zero, its commitment
//! cannot be encoded, and the claims have no proof. So at least one claim must weigh a mask vector.
//!
//! # Zero-knowledge
//!
//! The caller hides the commitments and the values `y_k`. Beside them, the tape holds `A(τ)`, `B(τ)`,
//! `d = B(1/z)`, and two points which those determine: `[Q]` through its definition at `τ`, where `F(τ)` is a
//! combination of commitments and `A(τ)`; `[W]` through step 7. The identity at `X = τ`, where `V_kt(τ)` is a
//! combination of commitments, says what `A(τ)` is, given `B(1/τ)`. So a simulator that knows `τ` needs `B` at the
//! three places `τ`, `1/τ` and `1/z` uniform, and no more.
//!
//! Let `e = Σ_kt γ^k·ρ_ktm·e_kt` be the batched factors of one *mask vector* `m`. Its cells 0, 1 and 2 are *free*: no
//! claim weighs them, `e_0 = e_1 = e_2 = 0`. Cell `j` adds `m_j·Σ_l e_l·X^(j−l)` to the left side, so these
//! three add to `B` only:
//!
//! ```text
//! (m_0·X² + m_1·X + m_2)·g(X)        g(X) = Σ_{l≥3} e_l·X^(l−3)
//! ```
//!
//! Unless `g` is zero at one of the three places, or two of them coincide, uniform `m_0`, `m_1` and `m_2`,
//! independent of all else on the tape, make the three values uniform. `g` is not zero if some factor `e_l` is not,
//! and has at most `C` zeros; if `τ` or `1/τ` were one, whoever factors `g` would have `τ`; that `1/z` is one, or is
//! `τ` or `1/τ`, happens for at most `C + 2` of all `z`.
//!
//! **Blinding commitments does not hide an opening; a mask vector does.** A vector's `β` enters `A(τ)` too, but given
//! the vector's commitment it is the same unknown as `B(1/τ)`. A free cell behind all
//! weighed cells would enter `A` alone, and hide nothing for the same reason. Nor can the coefficients of a
//! sumcheck's mask serve: given the witness, the round messages determine them.
//!
//! Some factor `e_l` is not zero if one claim alone, its terms summed, weighs a cell of the mask vector: at most
//! `n − 1` values of `γ` cancel that factor. With `C < 2^14` and less than `2^15` claims the tape differs from a simulated
//! one with probability below `2^-236`.
//!
//! **Warning:** the caller must provide, for each opening anew:
//!
//! * a mask vector whose cells 0, 1 and 2 are uniform, are used nowhere else, and are weighed by no claim of the
//!   opening;
//! * a claim that weighs some other cell of the mask vector with a non-zero coefficient, its terms summed;
//! * for every hidden vector, the mask vector included, its own random `β`.
//!
//! # Reference
//!
//! Kate, Zaverucha, Goldberg (ASIACRYPT 2010) for the commitment; inner products of univariate polynomials as
//! constant coefficients: Bootle, Chiesa, Hu, Orrù, *Gemini* (ePrint 2022/420), and Eagen, Gabizon, *Mercury* (ePrint
//! 2025/385); steps 4 to 7: Boneh, Drake, Fisch, Gabizon (ePrint 2020/081), §4; linear combinations instead of
//! evaluations: Gabizon, Williamson, Ciobotaru, *PLONK* (ePrint 2019/953).

use crate::claim::{Claim, Functional, Term, VectorLength};
use crate::setup::VerifierSetup;
use alloc::vec::Vec;
use zklens_field::{
    AdditiveGroup, Field, Point, Scalar, batch_invert, generator, linear_combination,
};
use zklens_transcript::{Reader, TapeError, labels};

/// Checks `claims` on the vectors inside `commitments`, each with `columns` cells. If it succeeds, all of them are
/// true.
///
/// **Warning:** the caller must have bound the commitments, the number of cells, the setup and everything that the
/// claims depend on before it calls this; see the module's documentation.
///
/// # Errors
///
/// The tape is malformed, `claims` is empty, a claim names a vector or a cell that does not exist, or a claim is false.
pub fn verify(
    setup: &VerifierSetup,
    columns: VectorLength,
    commitments: &[Point],
    claims: &[Claim],
    reader: &mut Reader<'_>,
) -> Result<(), OpeningError> {
    if claims.is_empty() {
        return Err(OpeningError::NoClaims);
    }

    // 1. Batch the claims.
    let gamma = reader.draw(labels::OPENING_CLAIMS);

    // 2. The products above and below their constant term.
    let [above, below] = reader.read_points(labels::OPENING_PRODUCT)?;

    // 3. Where the identity is checked.
    let z = reader.draw(labels::OPENING_POINT);

    // 4. B(1/z), and the quotients.
    let [at_inverse] = reader.read_scalars(labels::OPENING_VALUE)?;
    let [quotient] = reader.read_points(labels::OPENING_QUOTIENT)?;

    // 5. Where the quotients are checked.
    let x = reader.draw(labels::OPENING_FOLD);

    // 6. The quotient at x.
    let [witness] = reader.read_points(labels::OPENING_WITNESS)?;

    // 7. [L] + x·[W], one coefficient for every point.
    let places = Places::new(z, x)?;
    let Batch {
        mut coefficients,
        value,
    } = batch(columns, commitments.len(), claims, gamma, &places)?;
    let at_z = value + at_inverse * places.z_inverse;
    coefficients.extend([
        -(places.z * places.over_x_z),
        places.over_x_z_inverse,
        -(at_z * places.over_x_z + at_inverse * places.over_x_z_inverse),
        -Scalar::ONE,
        x,
    ]);
    let mut points = commitments.to_vec();
    points.extend([above, below, generator(), quotient, witness]);
    let shifted = linear_combination(&points, &coefficients);
    let holds = setup.is_tau_times(witness, shifted);
    holds.then_some(()).ok_or(OpeningError::Refused)
}

/// `z`, with the inverses that step 7 needs.
#[derive(Debug)]
struct Places {
    z: Scalar,
    z_inverse: Scalar,
    /// `1 / (x − z)`
    over_x_z: Scalar,
    /// `1 / (x − 1/z)`
    over_x_z_inverse: Scalar,
}

impl Places {
    fn new(z: Scalar, x: Scalar) -> Result<Self, OpeningError> {
        let one = Scalar::ONE;
        let mut inverses = [z, z.square() - one, x - z, x * z - one];
        if inverses.contains(&Scalar::ZERO) {
            return Err(OpeningError::Challenges);
        }
        batch_invert(&mut inverses);
        let [z_inverse, _, over_x_z, over_xz_1] = inverses;
        Ok(Self {
            z,
            z_inverse,
            over_x_z,
            over_x_z_inverse: z * over_xz_1,
        })
    }
}

/// All claims, combined into one with the powers of `γ`.
#[derive(Debug)]
struct Batch {
    /// For every vector, its coefficient in `F(X) / (x − z)`.
    coefficients: Vec<Scalar>,
    /// `Σ_k γ^k·y_k`
    value: Scalar,
}

fn batch(
    columns: VectorLength,
    num_vectors: usize,
    claims: &[Claim],
    gamma: Scalar,
    places: &Places,
) -> Result<Batch, OpeningError> {
    let mut coefficients = alloc::vec![Scalar::ZERO; num_vectors];
    let mut value = Scalar::ZERO;
    let mut power = Scalar::ONE;
    for (index, claim) in claims.iter().enumerate() {
        for Term {
            vectors,
            functional,
        } in &claim.terms
        {
            check(columns, index, functional)?;
            let factor = power * places.over_x_z * functional.at(&places.z_inverse);
            for (vector, rho) in vectors {
                *coefficients.get_mut(*vector).ok_or(OpeningError::Vector {
                    claim: index,
                    vector: *vector,
                    vectors: num_vectors,
                })? += factor * *rho;
            }
        }
        value += power * claim.value;
        power *= gamma;
    }
    Ok(Batch {
        coefficients,
        value,
    })
}

/// Checks that a functional weighs only cells of a vector, and not its hiding coefficient.
fn check(columns: VectorLength, claim: usize, functional: &Functional) -> Result<(), OpeningError> {
    let columns = columns.count();
    let end = functional.end().unwrap_or(usize::MAX);
    (end <= columns).then_some(()).ok_or(OpeningError::Column {
        claim,
        column: end.saturating_sub(1),
        columns,
    })
}

/// Why an opening was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum OpeningError {
    /// The bytes are too short, or encode no scalar or point. The prover's fault.
    #[error(transparent)]
    Tape(#[from] TapeError),
    /// A claim is false, or the proof belongs to different claims. The prover's fault.
    #[error("the opening does not prove its claims")]
    Refused,
    /// `z` is 0, 1 or −1, or `x` is `z` or `1/z`. Nobody's fault: an honest prover starts again with new randomness.
    #[error("challenges coincide")]
    Challenges,
    /// The list of claims is empty, so the opening would prove nothing. The caller's fault.
    #[error("an opening needs at least one claim, got none")]
    NoClaims,
    /// A claim weighs a cell that does not exist. The caller's fault.
    #[error("claim {claim} weighs cell {column}, but vectors have {columns} cells")]
    Column {
        /// The position of the claim in the list, from 0.
        claim: usize,
        /// The last cell that the functional weighs, from 0; `usize::MAX − 1` if it lies beyond.
        column: usize,
        /// The number of cells of every vector.
        columns: usize,
    },
    /// A claim names a vector that does not exist. The caller's fault.
    #[error("claim {claim} names vector {vector}, but there are {vectors} commitments")]
    Vector {
        /// The position of the claim in the list, from 0.
        claim: usize,
        /// The index that the claim names, from 0.
        vector: usize,
        /// The number of commitments.
        vectors: usize,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A transcript cannot be made to draw such challenges, so they are tried here.
    #[test]
    fn refuses_challenges_that_coincide() {
        let [two, three] = [2_u64, 3].map(Scalar::from);
        let half = two.inverse().unwrap();
        let refused = [
            (Scalar::ZERO, three),
            (Scalar::ONE, three),
            (-Scalar::ONE, three),
            (two, two),
            (two, half),
        ];
        for (z, x) in refused {
            assert_eq!(Places::new(z, x).unwrap_err(), OpeningError::Challenges);
        }
        assert!(Places::new(two, three).is_ok());
        assert!(Places::new(two, Scalar::ZERO).is_ok());
    }
}
