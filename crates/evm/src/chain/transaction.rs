//! Transactions: estimated, sent, and waited for.

use super::account::Account;
use super::error::ChainError;
use super::node::Node;
use super::offer::{Fees, Offer, Task, gas_limit};
use super::rpc::{RpcError, number_of};
use alloy_primitives::{Address, B256, U256, hex};
use serde_json::{Value, json};
use std::thread::sleep;
use std::time::{Duration, Instant};

/// A transaction that is in a block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipt {
    /// The transaction's hash.
    pub transaction: B256,
    /// The block's number.
    pub block: u64,
    /// What it used.
    pub gas_used: u64,
    /// What each gas cost in wei, if the node says so.
    pub gas_price: Option<u128>,
    /// The contract that it made.
    pub(super) created: Option<Address>,
}

/// What a transaction needs to know of the latest block.
#[derive(Debug)]
struct Block {
    gas_limit: u64,
    base_fee: Option<u128>,
}

impl Node {
    /// The gas that a task takes, or what it reverts with.
    pub(super) fn estimate(
        &self,
        from: Option<Address>,
        task: Task<'_>,
    ) -> Result<Result<u64, Vec<u8>>, ChainError> {
        const METHOD: &str = "eth_estimateGas";
        let mut call = task.call();
        if let Some(from) = from {
            call["from"] = json!(from);
        }
        match self.try_ask(METHOD, json!([call]))? {
            Ok(value) => Ok(Ok(self.number_in(METHOD, &value)?)),
            Err(error) if task.to.is_none() && is_too_large(&error) => {
                Err(ChainError::ContractTooLarge {
                    bytes: task.data.len(),
                    message: error.message,
                })
            }
            Err(error) => match error.revert() {
                Some(data) => Ok(Err(data)),
                None => Err(error.of_execution(METHOD)),
            },
        }
    }

    /// Sends a transaction, and waits until it is in a block.
    pub(super) fn send(
        &self,
        account: &Account,
        task: Task<'_>,
        estimate: u64,
        wait: Duration,
    ) -> Result<Receipt, ChainError> {
        let from = account.address();
        if !account.has_key() {
            self.check_unlocked(from)?;
        }
        let block = self.latest_block()?;
        let offer = Offer {
            task,
            from,
            nonce: self.number("eth_getTransactionCount", json!([from, "pending"]))?,
            gas: gas_limit(estimate, block.gas_limit)?,
            fees: self.fees(&block)?,
        };
        let balance: U256 = self.number("eth_getBalance", json!([from, "latest"]))?;
        if balance < offer.cost() {
            return Err(ChainError::InsufficientFunds {
                account: from,
                needed: offer.cost(),
                got: balance,
            });
        }
        let transaction = self.submit(account, &offer, balance)?;
        self.receipt(transaction, offer.gas, wait)
    }

    fn check_unlocked(&self, account: Address) -> Result<(), ChainError> {
        let accounts = self.ask("eth_accounts", json!([]))?;
        let unlocked = accounts.as_array().is_some_and(|accounts| {
            let mut accounts = accounts.iter().filter_map(Value::as_str);
            accounts.any(|text| text.parse() == Ok(account))
        });
        if unlocked {
            Ok(())
        } else {
            Err(ChainError::NotUnlocked { account })
        }
    }

    fn latest_block(&self) -> Result<Block, ChainError> {
        const METHOD: &str = "eth_getBlockByNumber";
        let block = self.ask(METHOD, json!(["latest", false]))?;
        let base_fee = match &block["baseFeePerGas"] {
            Value::Null => None,
            fee => Some(self.number_in(METHOD, fee)?),
        };
        Ok(Block {
            gas_limit: self.number_in(METHOD, &block["gasLimit"])?,
            base_fee,
        })
    }

    fn fees(&self, block: &Block) -> Result<Fees, ChainError> {
        const METHOD: &str = "eth_maxPriorityFeePerGas";
        let Some(base) = block.base_fee else {
            let price = self.gas_price()?;
            return Ok(Fees::Legacy { price });
        };
        let tip = match self.try_ask(METHOD, json!([]))? {
            Ok(value) => self.number_in(METHOD, &value)?,
            Err(error) if error.is_unknown_method() => self.gas_price()?.saturating_sub(base),
            Err(error) => return Err(error.of(METHOD)),
        };
        // The base fee can double within six blocks.
        let max = base.saturating_mul(2).saturating_add(tip);
        Ok(Fees::Eip1559 { max, tip })
    }

    fn submit(
        &self,
        account: &Account,
        offer: &Offer<'_>,
        balance: U256,
    ) -> Result<B256, ChainError> {
        let (method, params) = match offer.sign(account, self.chain_id()) {
            Some(raw) => ("eth_sendRawTransaction", json!([hex::encode_prefixed(raw)])),
            None => ("eth_sendTransaction", json!([offer.unsigned()])),
        };
        let answer = self.try_ask(method, params)?;
        let value = answer.map_err(|error| offer.refused(method, error, balance))?;
        let hash = value.as_str().and_then(|text| text.parse().ok());
        hash.ok_or_else(|| self.bad(method, "is not the hash it should be"))
    }

    fn receipt(
        &self,
        transaction: B256,
        gas_limit: u64,
        wait: Duration,
    ) -> Result<Receipt, ChainError> {
        const METHOD: &str = "eth_getTransactionReceipt";
        const LONGEST_PAUSE: Duration = Duration::from_secs(2);
        let end = Instant::now() + wait;
        let mut pause = Duration::from_millis(50);
        loop {
            // The transaction is on its way: a node that is busy for a moment does not change that.
            if let Ok(receipt @ Value::Object(_)) = self.ask(METHOD, json!([transaction])) {
                return self.read_receipt(transaction, gas_limit, &receipt);
            }
            if Instant::now() + pause > end {
                return Err(ChainError::NotMined {
                    transaction,
                    seconds: wait.as_secs(),
                });
            }
            sleep(pause);
            pause = LONGEST_PAUSE.min(pause * 2);
        }
    }

    fn read_receipt(
        &self,
        transaction: B256,
        gas_limit: u64,
        receipt: &Value,
    ) -> Result<Receipt, ChainError> {
        let number = |field: &str| self.number_in("eth_getTransactionReceipt", &receipt[field]);
        let gas_used = number("gasUsed")?;
        if number("status")? == 0 {
            return Err(ChainError::Reverted {
                transaction,
                gas_used,
                gas_limit,
            });
        }
        let price = number_of(&receipt["effectiveGasPrice"]);
        let created = receipt["contractAddress"].as_str();
        Ok(Receipt {
            transaction,
            block: number("blockNumber")?,
            gas_used,
            gas_price: price.and_then(|price| price.try_into().ok()),
            created: created.and_then(|text| text.parse().ok()),
        })
    }
}

fn is_too_large(error: &RpcError) -> bool {
    error.says(&[
        "initcode size",
        "code size",
        "initcodesizelimit",
        "contractsizelimit",
    ])
}
