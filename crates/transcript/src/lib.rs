//! A proof as a byte tape, and Fiat–Shamir challenges from Keccak-256.
//!
//! # Rules
//!
//! * Reading a message absorbs it, so no value of a proof can reach the verifier without reaching
//!   the transcript. There is no structure with fields to forget.
//! * A message is absorbed as `state ← Keccak-256(state ‖ Keccak-256(label) ‖ count ‖ words)`, with
//!   `count` a 32-byte number and every word 32 bytes; a point is two words. So equal states mean
//!   equal histories, unless Keccak collides, provided that a label always names one kind of
//!   message: scalars, points, or a challenge. Those in [`labels`] do.
//! * A challenge is `state ← absorb(label, no words)`, less its last three bits: uniform in
//!   `[0, 2^253)`, which is below the modulus. A polynomial identity of degree `d` that is false
//!   survives a challenge with probability at most `d / 2^253` (Schwartz–Zippel over that set).
//!
//! [`Reader`] is the verifier's side and [`Writer`] the prover's; they share [`labels`] and state.
//!
//! Reference: Fiat, Shamir, *How to prove yourself* (1986); Bernhard, Pereira, Warinschi, *How not
//! to prove yourself* (2012), for why the whole statement comes first.

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

pub mod labels;
mod reader;
mod state;
mod writer;

pub use labels::Label;
pub use reader::{Reader, TapeError};
pub use writer::Writer;
