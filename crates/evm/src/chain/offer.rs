//! A transaction before it is sent.

use super::account::Account;
use super::answer::Method;
use super::error::ChainError;
use super::rpc::RpcError;
use alloy_consensus::{SignableTransaction, TxEip1559, TxLegacy};
use alloy_primitives::{Address, Bytes, TxKind, U256, hex};
use serde_json::{Value, json};

/// The most gas that a transaction may have on chains with EIP-7825.
const TRANSACTION_GAS_CAP: u64 = 1 << 24;

/// The purpose of a transaction.
#[derive(Clone, Copy, Debug)]
pub(super) struct Task<'a> {
    /// The contract to call; `None` to create one.
    pub(super) to: Option<Address>,
    pub(super) data: &'a [u8],
}

impl Task<'_> {
    /// The fields as JSON-RPC names them.
    pub(super) fn call(&self) -> Value {
        let mut call = json!({ "data": hex::encode_prefixed(self.data) });
        if let Some(to) = self.to {
            call["to"] = json!(to);
        }
        call
    }
}

/// The price of gas.
#[derive(Clone, Copy, Debug)]
pub(super) enum Fees {
    /// Before EIP-1559, and on chains that never had it.
    Legacy {
        price: u128,
    },
    Eip1559 {
        max: u128,
        tip: u128,
    },
}

/// A transaction with every field that the chain needs.
#[derive(Debug)]
pub(super) struct Offer<'a> {
    pub(super) task: Task<'a>,
    pub(super) from: Address,
    pub(super) nonce: u64,
    pub(super) gas: u64,
    pub(super) fees: Fees,
}

impl Offer<'_> {
    /// The most that it may cost, in wei.
    pub(super) fn cost(&self) -> U256 {
        let price = match self.fees {
            Fees::Legacy { price } => price,
            Fees::Eip1559 { max, .. } => max,
        };
        U256::from(self.gas).saturating_mul(U256::from(price))
    }

    /// The signed transaction's bytes, if the account's key is here.
    pub(super) fn sign(&self, account: &Account, chain_id: u64) -> Option<Vec<u8>> {
        let to = self.task.to.map_or(TxKind::Create, TxKind::Call);
        let input = Bytes::copy_from_slice(self.task.data);
        match self.fees {
            Fees::Legacy { price } => {
                let transaction = TxLegacy {
                    chain_id: Some(chain_id),
                    nonce: self.nonce,
                    gas_price: price,
                    gas_limit: self.gas,
                    to,
                    value: U256::ZERO,
                    input,
                };
                let signature = account.sign(&transaction.signature_hash())?;
                let mut bytes = Vec::new();
                transaction
                    .into_signed(signature)
                    .eip2718_encode(&mut bytes);
                Some(bytes)
            }
            Fees::Eip1559 { max, tip } => {
                let transaction = TxEip1559 {
                    chain_id,
                    nonce: self.nonce,
                    gas_limit: self.gas,
                    max_fee_per_gas: max,
                    max_priority_fee_per_gas: tip,
                    to,
                    value: U256::ZERO,
                    access_list: Vec::new().into(),
                    input,
                };
                let signature = account.sign(&transaction.signature_hash())?;
                let mut bytes = Vec::new();
                transaction
                    .into_signed(signature)
                    .eip2718_encode(&mut bytes);
                Some(bytes)
            }
        }
    }

    /// The transaction for a node that signs it.
    pub(super) fn unsigned(&self) -> Value {
        let mut call = self.task.call();
        call["from"] = json!(self.from);
        call["nonce"] = quantity(self.nonce);
        call["gas"] = quantity(self.gas);
        match self.fees {
            Fees::Legacy { price } => call["gasPrice"] = quantity(price),
            Fees::Eip1559 { max, tip } => {
                call["maxFeePerGas"] = quantity(max);
                call["maxPriorityFeePerGas"] = quantity(tip);
            }
        }
        call
    }

    /// The error for a node's refusal to take it.
    pub(super) fn refused(&self, method: Method, error: RpcError, balance: U256) -> ChainError {
        let (account, nonce) = (self.from, self.nonce);
        if error.says(&[
            "insufficient funds",
            "insufficient balance",
            "lack of funds",
        ]) {
            return ChainError::InsufficientFunds {
                account,
                needed: self.cost(),
                got: balance,
            };
        }
        let message = error.message.clone();
        if error.says(&["nonce too", "already known", "alreadyknown", "replacement"]) {
            ChainError::Nonce {
                account,
                nonce,
                message,
            }
        } else if error.says(&["underpriced", "fee cap", "base fee", "gas price too low"]) {
            ChainError::Underpriced { message }
        } else if error.is_out_of_gas() {
            let method = method.name();
            ChainError::OutOfGas { method, message }
        } else if error.says(&["unknown account", "no signer", "unlock"]) {
            ChainError::NotUnlocked { account }
        } else {
            error.of(method)
        }
    }
}

/// The gas to ask for: a tenth more than estimated, where the chain allows that.
pub(super) fn gas_limit(estimate: u64, block: u64) -> Result<u64, ChainError> {
    if estimate > block {
        return Err(ChainError::BlockLimit {
            needed: estimate,
            limit: block,
        });
    }
    let more = estimate.saturating_add(estimate / 10);
    Ok(more.min(block).min(TRANSACTION_GAS_CAP.max(estimate)))
}

fn quantity(number: impl Into<u128>) -> Value {
    json!(format!("{:#x}", number.into()))
}

#[cfg(test)]
mod tests;
