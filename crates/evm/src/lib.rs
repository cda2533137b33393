//! Proofs on EVM chains.
//!
//! * [`abi`]: a statement and its proof as the calldata that a verifier contract takes.
//! * [`gas`]: what calldata costs.
//! * [`bundle`]: a statement and its proof as JSON, for contracts and their tests.
//! * [`chain`]: the node that runs the contract.
//!
//! A contract's key is trusted to be that of the network: whoever compares a deployed key compares it with what is
//! written here. Nothing else is: the contract says what is true; a statement is only carried there, and a node
//! believed as far as its owner is.

#![forbid(unsafe_code)]

pub mod abi;
mod artifact;
pub mod bundle;
#[cfg(feature = "chain")]
pub mod chain;
mod export;
pub mod gas;
mod key;
mod word;

pub use artifact::{key_data_of, stored_key_verifier};
pub use export::{contract_name, export};
pub use key::{ExportError, MAX_KEY_BYTES, contract_key};

pub use alloy_primitives::{Address, B256, U256, hex};
