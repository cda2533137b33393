//! Commitments to vectors of scalars, and the opening, which proves that sums over their cells have certain values.
//!
//! Every vector has `C` cells ([`VectorLength`]). It is committed to as a polynomial (KZG):
//!
//! ```text
//! row_i(X) = Σ_{j<C} a_ij·X^j + β_i·X^C        K_i = [row_i(τ)]₁
//! ```
//!
//! * `a_ij` is cell `j` of vector `i`;
//! * `β_i` is the *hiding coefficient*: a random scalar, which is not a cell. A public vector has `β_i = 0`;
//! * `τ` is the secret of the setup: everyone has its powers as points, and nobody knows its value;
//! * `K_i` is the commitment: one point of the curve. `[p]₁` is `p` times the group's generator.
//!
//! Adding commitments adds their vectors, so one [`Claim`] may weigh cells of many vectors. [`opening::verify`]
//! checks any number of claims by one equation of two pairings; the proof is three points and one scalar.
//!
//! **Warning:** the commitment to a vector of zeros with `β_i = 0` is the point at infinity, which a tape cannot hold.
//!
//! [`setup`] reads and checks the powers of `τ`.
//!
//! ```
//! use zklens_commitment::{Claim, Functional, OpeningError, Term, VectorLength, VerifierSetup, opening};
//! use zklens_field::{Scalar, generator};
//! use zklens_transcript::Reader;
//!
//! let setup = VerifierSetup::decode(&zklens_setup::TAU_G2)?;
//! let length = VectorLength::new(4).expect("a length from 1 to VectorLength::MAX");
//!
//! // The claim "cell 3 of vector 0 is 7", about one commitment, and a proof that is too short.
//! let term = Term {
//!     vectors: vec![(0, Scalar::from(1_u64))],
//!     functional: Functional::cell(3),
//! };
//! let claim = Claim {
//!     terms: vec![term],
//!     value: Scalar::from(7_u64),
//! };
//! let mut reader = Reader::open(setup.digest(), &[]);
//! let refused = opening::verify(&setup, length, &[generator()], &[claim], &mut reader);
//! assert!(matches!(refused, Err(OpeningError::Tape(_))));
//! # Ok::<(), zklens_commitment::SetupError>(())
//! ```

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
