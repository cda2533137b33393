//! zklens for JavaScript: the npm package `@zklens/wasm`.
//!
//! What it does is in plain Rust, without JavaScript, so that it can be tested natively: [`Network`] classifies,
//! [`Prover`] proves, [`proof`] inspects and verifies. What JavaScript sees of it is in `bindings` and, typed,
//! in `src/types.ts`.
//!
//! No input should make this panic. Where something does all the same, JavaScript gets a `WebAssembly.RuntimeError`
//! with the panic's message; nothing unwinds in WebAssembly, so whoever sees one has to load the module anew. It
//! is the same, with the message "unreachable", when memory runs out.

#![deny(missing_docs, unsafe_code)]

pub mod bindings;
mod context;
mod error;
mod keys;
mod network;
pub mod proof;
mod prover;
mod threads;

pub use error::Error;
pub use keys::{LAYOUTS, embedded_key, parse_layout};
pub use network::{Network, models};
pub use prover::{Prover, STAGES};
