//! Proofs on EVM chains.
//!
//! * [`abi`]: a statement and its proof as the calldata that a verifier contract takes.
//! * [`gas`]: the cost of calldata.
//! * [`bundle`]: a statement and its proof as JSON, for contracts and their tests.
//! * [`chain`]: the node that runs the contract.
//!
//! [`contract_key`] is trusted: it writes the key that a contract verifies with, and that a deployed key is compared with.
//! Nothing else here is, since the contract decides whether a statement is true. A node is believed as far as its owner is.
//!
//! The key of a contract that verifies proofs about one image, or about four, with a shipped network:
//!
//! ```
//! use zklens_evm::{MAX_KEY_BYTES, contract_key};
//! use zklens_prover::{Privacy, ProvingKey, Target};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let setup = zklens_commitment::Setup::decode(zklens_setup::STRING, &zklens_setup::TAU_G2)?;
//! let model = zklens_models::find("mnist-cnn").ok_or("a shipped network")?.decode()?;
//! let key = ProvingKey::with_target(&setup, model, Privacy::Public, Target::Evm)?;
//!
//! let bytes = contract_key(key.verifying(), setup.verifier(), &[1, 4])?;
//!
//! // The key begins with the id of the model.
//! assert_eq!(bytes[..32], key.verifying().id().0);
//! assert!(bytes.len() <= MAX_KEY_BYTES);
//! # Ok(())
//! # }
//! ```

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
