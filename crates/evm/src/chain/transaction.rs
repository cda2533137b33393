//! Transactions: estimated, sent, and waited for.

use super::account::Account;
use super::answer::{Answer, Block, Inclusion, Method, Number};
use super::error::ChainError;
use super::node::Node;
use super::offer::{self, Fees, Offer, Task};
use super::rpc::RpcError;
use alloy_primitives::{Address, B256, U256, hex};
use serde_json::json;
use std::thread::sleep;
use std::time::{Duration, Instant};

/// A transaction that is in a block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipt {
    /// The transaction's hash.
    pub transaction: B256,
    /// The block's number.
    pub block: u64,
    /// The gas that it used.
    pub gas_used: u64,
    /// The price of gas in wei, if the node says so.
    pub gas_price: Option<u128>,
    /// The contract that it created.
    pub(super) created: Option<Address>,
}

impl Node {
    /// The gas that a task uses, or the data that it reverts with.
    pub(super) fn estimate(
        &self,
        from: Option<Address>,
        task: Task<'_>,
    ) -> Result<Result<u64, Vec<u8>>, ChainError> {
        const METHOD: Method = Method::EstimateGas;
        let mut call = task.call();
        if let Some(from) = from {
            call["from"] = json!(from);
        }
        match self.try_ask(METHOD, json!([call]))? {
            Ok(answer) => Ok(Ok(self.number_in(METHOD, &answer)?)),
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
        let (gas_limit, base_fee) = self.latest_block()?;
        let offer = Offer {
            task,
            from,
            nonce: self.number(Method::TransactionCount, json!([from, "pending"]))?,
            gas: offer::gas_limit(estimate, gas_limit)?,
            fees: self.fees(base_fee)?,
        };
        let balance: U256 = self.number(Method::Balance, json!([from, "latest"]))?;
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
        let answer = self.ask(Method::Accounts, json!([]))?;
        let unlocked = matches!(answer, Answer::Accounts(accounts) if accounts.contains(&account));
        if unlocked {
            Ok(())
        } else {
            Err(ChainError::NotUnlocked { account })
        }
    }

    /// The latest block's limit of gas, and its base fee, if the chain has EIP-1559.
    fn latest_block(&self) -> Result<(u64, Option<u128>), ChainError> {
        const METHOD: Method = Method::BlockByNumber;
        let Answer::Block(Block {
            gas_limit,
            base_fee_per_gas,
        }) = self.ask(METHOD, json!(["latest", false]))?
        else {
            return Err(self.bad(METHOD, "is not the block it should be"));
        };
        let base_fee = base_fee_per_gas.map(|fee| self.in_range(METHOD, Some(fee)));
        Ok((
            self.in_range(METHOD, Some(gas_limit))?,
            base_fee.transpose()?,
        ))
    }

    fn fees(&self, base_fee: Option<u128>) -> Result<Fees, ChainError> {
        const METHOD: Method = Method::MaxPriorityFee;
        let Some(base) = base_fee else {
            let price = self.gas_price()?;
            return Ok(Fees::Legacy { price });
        };
        let tip = match self.try_ask(METHOD, json!([]))? {
            Ok(answer) => self.number_in(METHOD, &answer)?,
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
            Some(raw) => (
                Method::SendRawTransaction,
                json!([hex::encode_prefixed(raw)]),
            ),
            None => (Method::SendTransaction, json!([offer.unsigned()])),
        };
        let answer = self.try_ask(method, params)?;
        match answer.map_err(|error| offer.refused(method, error, balance))? {
            Answer::Hash(hash) => Ok(hash),
            _ => Err(self.bad(method, "is not the hash it should be")),
        }
    }

    fn receipt(
        &self,
        transaction: B256,
        gas_limit: u64,
        wait: Duration,
    ) -> Result<Receipt, ChainError> {
        const LONGEST_PAUSE: Duration = Duration::from_secs(2);
        let end = Instant::now() + wait;
        let mut pause = Duration::from_millis(50);
        loop {
            // The transaction is on its way: a node that is busy for a moment does not change that.
            let answer = self.ask(Method::TransactionReceipt, json!([transaction]));
            if let Ok(Answer::Receipt(Some(inclusion))) = answer {
                return self.read_receipt(transaction, gas_limit, inclusion);
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
        inclusion: Inclusion,
    ) -> Result<Receipt, ChainError> {
        let number = |number| self.in_range(Method::TransactionReceipt, number);
        let gas_used = number(inclusion.gas_used)?;
        if number(inclusion.status)? == 0 {
            return Err(ChainError::Reverted {
                transaction,
                gas_used,
                gas_limit,
            });
        }
        let price = inclusion.effective_gas_price;
        Ok(Receipt {
            transaction,
            block: number(inclusion.block_number)?,
            gas_used,
            gas_price: price.and_then(|Number(price)| price.try_into().ok()),
            created: inclusion.contract_address,
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
