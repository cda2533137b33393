//! Vectors committed as vectors, and the argument that opens them.
//!
//! A vector is a matrix with `C` columns, committed vector by vector:
//!
//! ```text
//! row_i(X) = Σ_{j<C} a_ij·X^j + β_i·X^C        K_i = [row_i(τ)]₁
//! ```
//!
//! The coefficient at `X^C` hides the vector and is no cell of it; a public vector has `β_i = 0`. Vectors
//! are combined by adding their commitments, so one [`Claim`] may speak of a whole matrix, or of
//! several. [`opening::verify`] checks any number of claims by one equation of two pairings, with a
//! proof of three points and one scalar. A vector of zeros without `β` has no encoding and is left out.
//!
//! [`setup`] reads the powers of `τ` that all of this rests on.

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
pub mod opening;
pub mod setup;

pub use claim::{AxisVector, Claim, Factor, Functional, Term, VectorLength};
pub use opening::OpeningError;
pub use setup::{Setup, SetupError, VerifierSetup};
