//! Multilinear polynomials: tables over the hypercube, and the functionals that evaluate them.
//!
//! # Variable order
//!
//! A point reads like the binary numeral of an index: `point[0]` belongs to the **most significant**
//! bit, the last coordinate to the least significant. So a table that is a row-major array of
//! `[block][row][column]` is evaluated at the concatenation of a block point, a row point and a
//! column point, and binding `point[0]` folds the table's second half onto its first.
//!
//! ```text
//! f(u) = Σ_k table[k] · eq(u, bits of k)        eq(u, v) = Π_j (u_j·v_j + (1 − u_j)·(1 − v_j))
//! ```
//!
//! Reference: Thaler, *Proofs, Arguments, and Zero-Knowledge*, §3.5.

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

use alloc::vec::Vec;
use zklens_field::{AdditiveGroup, Field, Scalar};

/// The multilinear extension of `table` at `point`. Cells that the table lacks are zero, so its
/// length need not be a power of two.
///
/// # Errors
///
/// The table has more cells than the hypercube has corners.
pub fn evaluate(table: &[Scalar], point: &[Scalar]) -> Result<Scalar, ShapeError> {
    let mut folded = table.to_vec();
    for u in point.iter().rev() {
        folded = folded.chunks(2).map(|pair| bind(pair, u)).collect();
    }
    match folded.as_slice() {
        [] => Ok(Scalar::ZERO),
        [value] => Ok(*value),
        [_, _, ..] => Err(ShapeError::TableTooLong {
            cells: table.len(),
            num_vars: point.len(),
        }),
    }
}

/// The line through a pair of cells, at `u`. A cell that is missing is zero.
fn bind(pair: &[Scalar], u: &Scalar) -> Scalar {
    let cell = |index| pair.get(index).copied().unwrap_or(Scalar::ZERO);
    let (low, high): (Scalar, Scalar) = (cell(0), cell(1));
    low + (high - low) * u
}

/// `eq(u, v)`: on corners of the hypercube one if they are equal, else zero; linear in every
/// coordinate.
///
/// # Errors
///
/// The points have different lengths.
pub fn eq(u: &[Scalar], v: &[Scalar]) -> Result<Scalar, ShapeError> {
    if u.len() != v.len() {
        return Err(ShapeError::PointLengths {
            left: u.len(),
            right: v.len(),
        });
    }
    let factor = |(u, v): (&Scalar, &Scalar)| Scalar::ONE - u - v + (*u * v).double();
    Ok(u.iter().zip(v).map(factor).product())
}

/// `eq(point, bits of k)` for every index `k`: `2^n` scalars for `n` coordinates. The number of
/// coordinates must come from a key, never from a proof.
#[must_use]
pub fn eq_table(point: &[Scalar]) -> Vec<Scalar> {
    let mut table = Vec::from([Scalar::ONE]);
    for u in point {
        let split = |weight: &Scalar| {
            let high = *weight * u;
            [*weight - high, high]
        };
        table = table.iter().flat_map(split).collect();
    }
    table
}

/// The multilinear polynomial that is `k` at the bits of every index `k`: `Σ_j 2^(n−1−j)·point[j]`.
#[must_use]
pub fn index(point: &[Scalar]) -> Scalar {
    let step = |index: Scalar, bit: &Scalar| index.double() + bit;
    point.iter().fold(Scalar::ZERO, step)
}

/// Tables and points that do not fit each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ShapeError {
    /// A table with more cells than corners.
    #[error("a table of {cells} cells is not over a hypercube of {num_vars} variables")]
    TableTooLong {
        /// The table's length.
        cells: usize,
        /// The point's length.
        num_vars: usize,
    },
    /// Two points of different lengths.
    #[error("a point of {left} coordinates against one of {right}")]
    PointLengths {
        /// Coordinates of the first point.
        left: usize,
        /// Coordinates of the second point.
        right: usize,
    },
}
