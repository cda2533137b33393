//! The sumcheck turns a claim about the sum of a polynomial over the hypercube into a claim about its value at one
//! random point, and its messages reveal nothing.
//!
//! # Claim
//!
//! ```text
//! Σ_{x ∈ {0,1}^n} g(x) = s        deg_i(g) ≤ d in every variable, d ≤ 4
//! ```
//!
//! * `g` is a polynomial in `n` variables, and `s` the claimed sum;
//! * `{0,1}^n`, the *hypercube*, is the set of all lists of `n` bits;
//! * `deg_i(g)` is the degree of `g` in variable `i`, and `d` a bound on all of them.
//!
//! `n` and `d` come from the key.
//!
//! # The polynomial
//!
//! One sumcheck serves all tables of a proof:
//!
//! ```text
//! g(x) = constant + Σ_k 2^(m_k) · g_k(last m_k coordinates of x)
//! g_k(x', b) = (1 − b) · f_k(columns of table k at (x', b))
//! ```
//!
//! * `f_k` is a polynomial in the cells of one row of table `k`;
//! * `m_k` is one more than the number of variables of table `k`, which has `2^(m_k − 1)` rows;
//! * `x'` are the variables of the table, and `b` is the last variable.
//!
//! *Tables of different sizes.* The sum over the hypercube counts `g_k` once for every value of the `n − m_k`
//! variables that it ignores. The factor `2^(m_k)` evens that out without an inverse: `g` sums to `2^n · (constant +
//! Σ_k Σ_rows f_k)`, which is zero only if the bracket is. Such a table is evaluated at the last coordinates
//! ([`EvalClaim::suffix`]).
//!
//! *Blinds.* All tables share the last variable, `b`. If the evaluation of a column `u` must hide the witness, the
//! column gets a *blind* `ω`: a committed scalar that is uniform and is used nowhere else. Then `f_k` contains `û` in
//! place of the column's multilinear extension `ũ`:
//!
//! ```text
//! û(x', b) = (1 − b) · ũ(x') + b · ω
//! ```
//!
//! Other columns ignore `b`. Where `b = 1`, `g_k` is zero, so no blind changes the sum: only the
//! rows count, at `b = 0`. At the end, `û(r) = (1 − r_b)·ũ(r') + r_b·ω` is uniform if `r_b ≠ 0`, and
//! evaluations of several columns are independent. The degree of `g_k` in `b` is that of `f_k` in the
//! blinded columns alone, plus one.
//!
//! # Protocol
//!
//! 0. Before the first round, the prover has made a hiding commitment to the `n·d` coefficients `a_ij` of a *mask*
//!    `p`, whose sum over the hypercube is zero for all coefficients:
//!
//!    ```text
//!    p(x) = Σ_{i<n} Σ_{1≤j≤d} a_ij·(2·x_i^j − 1)
//!    ```
//!
//! Then, for each variable `i`, the first (most significant) first, with running sum `s`:
//!
//! 1. The prover sends the round polynomial
//!    `h(X) = Σ_{x_{i+1}, …} (g + p)(r_0, …, r_{i−1}, X, x_{i+1}, …) = c_0 + c_1·X + … + c_d·X^d`
//!    as `c_0, c_2, …, c_d`. The verifier takes `c_1 = s − 2·c_0 − c_2 − … − c_d`, the only one for
//!    which `h(0) + h(1) = s`.
//! 2. The verifier draws `r_i`.
//! 3. The running sum becomes `h(r_i)`.
//!
//! The prover sends coefficients, not values, because Horner's rule needs neither inverses nor tables of constants:
//! on the EVM a round costs `d` `mulmod` and one `addmod`, since up to five terms below the modulus add up to less
//! than `2^256`. The linear coefficient is left out, because it is the cheapest to restore.
//!
//! # Closing the protocol
//!
//! So far the verifier has compared nothing: step 1 holds by construction. A false sum is caught only when the caller
//! checks the returned [`EvalClaim`], `g(r) + p(r) = v`. The caller owes
//!
//! * `g(r)`, from claims it proves elsewhere, given to [`EvalClaim::close`];
//! * a proof of the [`MaskClaim`] that `close` returns: `p(r) = v − g(r)`, an inner product of the committed
//!   coefficients with the public factors `2·r_i^j − 1`.
//!
//! The sum of the mask needs no proof: it is always zero.
//!
//! **Warning:** before the first challenge, the caller must have bound the claimed sum, the mask's commitment, and
//! everything that `g` depends on, blinds included. The final value is linear in `s`, so a prover who chose the sum
//! later could prove anything. A mask serves one sumcheck only.
//!
//! # Soundness
//!
//! A false claim survives with probability at most `n·d / 2^253` (LFKN92), because challenges are uniform in a set of
//! `2^253` and `g + p` has degree `d` in each variable and sums to `s` only if `g` does.
//!
//! # Zero-knowledge
//!
//! Round `i` adds `2^(n−i)·a_ij` to the coefficient of `X^j`, for `1 ≤ j ≤ d`, and nothing else
//! depends on these `a_ij` before the round is sent. So the coefficients of `X, …, X^d` are uniform
//! and independent of `g`, of `s` and of earlier rounds, and `c_0` follows from them and the running
//! sum: the messages are `n·d` uniform scalars. This holds for all values of the blinds, so the blinds
//! are still uniform when the evaluations `û(r)` are sent. So the evaluations are uniform too, unless
//! `r_b = 0`, which has probability `2^-253`. The simulator draws messages and evaluations; `g(r)`,
//! `v` and `p(r)` follow from them. That holds if coefficients and blinds are uniform, and if their
//! commitment and its opening reveal nothing but `p(r)` and the `û(r)`. The caller must see to it that
//! columns without a blind may be known.
//!
//! # Reference
//!
//! Lund, Fortnow, Karloff, Nisan, *Algebraic methods for interactive proof systems* (1992); Thaler,
//! *Proofs, Arguments, and Zero-Knowledge*, §4.1. The mask as a sum of univariate polynomials: Xie,
//! Zhang, Zhang, Papamanthou, Song, *Libra* (CRYPTO 2019), §4.1. Libra's mask has any sum `P`: the
//! prover sends it and the sumcheck runs on `g + ρ·p`. Here `P = 0` by the choice of basis, which
//! spares `P`, `ρ` and a coefficient.

#![no_std]
#![forbid(unsafe_code)]
#![deny(
    missing_docs,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::unreachable,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    clippy::wildcard_enum_match_arm,
    clippy::too_many_lines,
    clippy::too_many_arguments
)]

extern crate alloc;

mod claim;
mod mask;
mod round;

pub use claim::{EvalClaim, SumClaim};
pub use mask::{MaskClaim, MaskFunctional, MaskShape};
pub use round::{MAX_DEGREE, RoundMessage};

use alloc::vec::Vec;
use zklens_transcript::{Reader, TapeError, labels};

/// Reduces `claim`, about a polynomial `g` of degree at most `DEGREE` in every variable, to a claim about its value
/// at a random point.
///
/// **Warning:** does not check the sum. The caller must prove the claim that this returns ([`EvalClaim::close`]), and
/// must have bound the sum, the mask and `g` to the transcript before.
///
/// # Errors
///
/// The tape ends early, or holds a scalar that is not below the modulus. A wrong sum is not an error here.
#[expect(
    clippy::needless_pass_by_value,
    reason = "a reduction uses its claim up"
)]
pub fn reduce<const DEGREE: usize>(
    claim: SumClaim,
    reader: &mut Reader<'_>,
) -> Result<EvalClaim<DEGREE>, TapeError> {
    let SumClaim { num_vars, sum } = claim;
    let mut point = Vec::with_capacity(num_vars);
    let mut value = sum;
    for _ in 0..num_vars {
        // 1. The round polynomial, without its linear coefficient, which follows from the running sum.
        let message = RoundMessage::<DEGREE>(reader.read_scalars(labels::SUMCHECK_ROUND)?);
        // 2. Bind the variable.
        let r = reader.draw(labels::SUMCHECK_BIND);
        // 3. The running sum.
        value = message.evaluate(&value, &r);
        point.push(r);
    }
    Ok(EvalClaim { point, value })
}
