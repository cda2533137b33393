//! A network as tables, rules and wires: what a proof about it must show.
//!
//! ```text
//! Model ─ Circuit::compile ▶ Circuit ─ Layout::new(batch) ▶ Layout ─ Relations::new(challenges) ▶ one sum that is zero
//! ```
//!
//! * [`circuit`]: which tables there are and how they are wired. Part of the key.
//! * [`gadget`]: what one row of a table shows; [`lookup`]: that bytes are bytes.
//! * [`wiring`]: linear layers.
//! * [`layout`]: which variables, rows and cells a batch of images takes; [`mod@array`]: where arrays lie;
//!   [`packer`]: which rows they take; `byte_vectors`: where the bytes of numbers do.
//! * [`relation`]: all of it as one sum. [`closing`]: what is left of it after the sumcheck, as claims on
//!   committed rows.
//! * [`work`]: how much of it a verifier does, counted before.
//!
//! The prover calls the same functions; only what it takes to find a witness and to sum quickly is its own.

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

pub mod array;
mod at_most;
mod byte_vectors;
mod check;
pub mod circuit;
pub mod closing;
mod compile;
mod error;
pub mod gadget;
pub mod layout;
pub mod lookup;
pub mod packer;
pub mod polynomial;
pub mod relation;
pub mod wiring;
pub mod work;

pub use at_most::at_most;
pub use circuit::Circuit;
pub use error::LayerError;
pub use layout::Layout;
pub use relation::{Challenges, Relations};
