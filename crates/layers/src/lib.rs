//! A network as tables, rules and wires: everything that a proof about it has to show.
//!
//! ```text
//! Model ─ Circuit::compile ▶ Circuit ─ Layout::new(images) ▶ Layout ─ Relations::new(challenges) ▶ one sum that is zero
//! ```
//!
//! Four storeys, each built on those before it:
//!
//! 1. [`gadgets`]: the rules of one row of a table. One file for each kind of operator that is not linear; lookups, which
//!    prove that bytes are bytes; the polynomials that rules are made of.
//! 2. [`circuit`]: which tables a network has, and which linear layers wire them. A circuit is part of a model's key, and
//!    [`Circuit::check`] decides which circuits of strangers are safe.
//! 3. [`layout`]: where the cells of all tables lie in committed vectors, for a number of images; and how much work that
//!    makes a verifier ([`layout::work`]).
//! 4. [`relation`]: all rules and wires as one sum, and the claims on committed vectors that are left after the sumcheck.
//!
//! [`dims`] has the arithmetic of sides that all of them use. The prover calls the same functions. Only the search for a
//! witness and fast sums are its own.

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

mod at_most;
pub mod circuit;
pub mod dims;
mod error;
pub mod gadgets;
pub mod layout;
pub mod relation;

pub use at_most::at_most;
pub use circuit::Circuit;
pub use error::LayerError;
pub use layout::Layout;
pub use relation::{Challenges, Relations};
