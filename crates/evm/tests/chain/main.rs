//! A node and a contract, as a caller of this crate sees them.

mod anvil;
mod calls;
mod mock;
mod mock_chain;
mod sending;
mod transport;
mod verifier;
