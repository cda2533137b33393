//! zklens for JavaScript: the npm package `@zklens/wasm`.
//!
//! The work is done in plain Rust, so that it can be tested without JavaScript: [`Network`] classifies, [`Prover`]
//! proves, [`proof`] inspects and verifies. The module [`bindings`] exports them to JavaScript, and `src/types.ts` has
//! the TypeScript types of their arguments and results.
//!
//! No input should make this panic. If one does, JavaScript gets a `WebAssembly.RuntimeError` with the panic's message.
//! WebAssembly does not unwind, so the caller has to load the module again. The same happens, with the message
//! "unreachable", when memory runs out.

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
