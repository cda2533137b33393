//! A node, and the verifier contract that it runs.
//!
//! A node is asked over JSON-RPC, one request after the other. Its owner decides what it answers; only
//! [`Contract::send`] leaves a record that others check.

mod account;
pub mod answer;
mod contract;
mod endpoint;
mod error;
mod node;
mod offer;
mod precompile;
mod refusal;
mod rpc;
mod transaction;

pub use account::{Account, AccountError};
pub use contract::{Contract, Estimate, deploy};
pub use endpoint::Endpoint;
pub use error::ChainError;
pub use node::Node;
pub use refusal::Refusal;
pub use transaction::Receipt;

use alloy_primitives::{Address, U256};

/// Reads an address; one with capital and small letters has to have its checksum (EIP-55).
///
/// # Errors
///
/// The text is not `0x` and 40 hex digits, or its checksum is wrong.
pub fn parse_address(text: &str) -> Result<Address, ChainError> {
    let digits = text.strip_prefix("0x").unwrap_or_default();
    let address: Address = text.parse().map_err(|_| ChainError::Address)?;
    let mixed = digits.contains(|c: char| c.is_ascii_uppercase())
        && digits.contains(|c: char| c.is_ascii_lowercase());
    if digits.len() != 40 || (mixed && address.to_checksum(None) != text) {
        return Err(ChainError::Address);
    }
    Ok(address)
}

/// An amount in wei as a decimal number of ETH.
#[must_use]
pub fn format_ether(wei: U256) -> String {
    alloy_primitives::utils::format_ether(wei)
}

#[cfg(test)]
mod tests;
