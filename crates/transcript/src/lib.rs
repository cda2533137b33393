//! A proof as a tape of bytes, and random challenges that are hashes of all messages before them (Fiat–Shamir,
//! Keccak-256).
//!
//! # Rules
//!
//! * Reading a message absorbs it. So every value of a proof that reaches the verifier is in the transcript; nobody
//!   can forget to absorb one.
//! * A message is absorbed as `state ← Keccak-256(state ‖ Keccak-256(label) ‖ count ‖ words)`, with
//!   `count` a 32-byte number and every word 32 bytes; a point is two words. So equal states mean
//!   equal histories, unless Keccak collides, if each label always names one kind of message:
//!   scalars, points, or a challenge. The labels in [`labels`] do.
//! * A challenge is `state ← absorb(label, no words)`, less its last three bits: uniform in
//!   `[0, 2^253)`, which is below the modulus. A polynomial identity of degree `d` that is false
//!   survives a challenge with probability at most `d / 2^253` (Schwartz–Zippel over that set).
//!
//! [`Reader`] is the verifier's side and [`Writer`] the prover's.
//!
//! ```
//! use zklens_field::Scalar;
//! use zklens_transcript::{Label, Reader, TapeError, Writer};
//!
//! const MESSAGE: Label = Label::new("example/message");
//! const CHALLENGE: Label = Label::new("example/challenge");
//! let statement = [7; 32];
//!
//! let mut writer = Writer::new(&statement);
//! writer.write_scalars(MESSAGE, &[Scalar::from(5_u64)]);
//! let provers = writer.draw(CHALLENGE);
//! let tape = writer.finish();
//!
//! let mut reader = Reader::open(&statement, &tape);
//! assert_eq!(reader.read_scalars(MESSAGE)?, [Scalar::from(5_u64)]);
//! assert_eq!(reader.draw(CHALLENGE), provers);
//! reader.finish()?;
//! # Ok::<(), TapeError>(())
//! ```
//!
//! # Reference
//!
//! Fiat, Shamir, *How to prove yourself* (1986); Bernhard, Pereira, Warinschi, *How not
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
