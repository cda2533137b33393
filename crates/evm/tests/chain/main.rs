//! A node and a contract, as a caller of this crate sees them.

mod anvil;
mod mock;
mod node;
mod verifier;
