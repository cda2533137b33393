//! Errors between here and a contract.

use super::answer::AnswerError;
use super::refusal::Refusal;
use crate::abi::AbiError;
use alloy_primitives::{Address, B256, U256, utils::format_ether};
use zklens_verifier::ModelId;

/// Why a node or a contract could not be used, or refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ChainError {
    /// The node's address is not a URL.
    #[error("expected the URL of a node: {0}")]
    Url(&'static str),
    /// A text is not an address.
    #[error("expected an address: 0x and 40 hex digits, with the right checksum")]
    Address,
    /// Nobody answers there.
    #[error("{endpoint}: the node cannot be reached: {cause}")]
    Unreachable {
        /// The node's host.
        endpoint: String,
        /// The operating system's message.
        cause: String,
    },
    /// The answer took too long.
    #[error("{endpoint}: no answer to {method} within {seconds} s")]
    Timeout {
        /// The node's host.
        endpoint: String,
        /// The JSON-RPC method.
        method: &'static str,
        /// The time that was waited.
        seconds: u64,
    },
    /// A server answers that does not let this request in.
    #[error("{endpoint}: the server answers {method} with HTTP status {status}")]
    Http {
        /// The node's host.
        endpoint: String,
        /// The JSON-RPC method.
        method: &'static str,
        /// HTTP's status.
        status: u16,
    },
    /// The server does not speak JSON-RPC.
    #[error("{endpoint}: this is not an Ethereum node: the answer to {method} {cause}")]
    NotANode {
        /// The node's host.
        endpoint: String,
        /// The JSON-RPC method.
        method: &'static str,
        /// The fault of the answer.
        cause: AnswerError,
    },
    /// The node refuses a request.
    #[error("the node refuses {method}: {message} (code {code})")]
    Rpc {
        /// The JSON-RPC method.
        method: &'static str,
        /// JSON-RPC's code.
        code: i64,
        /// The node's message.
        message: String,
    },
    /// The node is of another chain.
    #[error("the node is on chain {got}, not on chain {expected}")]
    WrongChain {
        /// The chain asked for.
        expected: u64,
        /// The node's chain.
        got: u64,
    },
    /// The chain cannot verify at all.
    #[error("the node has no working precompile at {address} ({name} of BN254)")]
    NoPrecompile {
        /// The address where it should be.
        address: Address,
        /// The name of its operation.
        name: &'static str,
    },
    /// The address has no code.
    #[error("there is no contract at {address} on chain {chain}")]
    NoCode {
        /// The address where it should be.
        address: Address,
        /// The node's chain.
        chain: u64,
    },
    /// The contract is not a verifier.
    #[error(
        "the contract at {address} is not a zklens verifier: its {function} answers nothing usable"
    )]
    NotAVerifier {
        /// Its address.
        address: Address,
        /// The function that was called.
        function: &'static str,
    },
    /// The contract verifies another model.
    #[error("the contract at {address} verifies model {got}, the proof is about model {expected}")]
    OtherModel {
        /// Its address.
        address: Address,
        /// The statement's model.
        expected: ModelId,
        /// The contract's model.
        got: ModelId,
    },
    /// The contract's key differs from the model's.
    #[error("the contract at {address} names the right model, but holds a different key")]
    OtherKey {
        /// Its address.
        address: Address,
    },
    /// `verify` and `check` disagree.
    #[error("the contract at {address} contradicts itself: `verify` is false, `check` passes")]
    Contradiction {
        /// Its address.
        address: Address,
    },
    /// The proof does not prove the statement.
    #[error("the contract refuses the proof: {0}")]
    Refused(Refusal),
    /// The statement cannot be put into a call.
    #[error(transparent)]
    Abi(#[from] AbiError),
    /// Execution ran out of gas.
    #[error("{method} ran out of gas: {message}")]
    OutOfGas {
        /// The JSON-RPC method.
        method: &'static str,
        /// The node's message.
        message: String,
    },
    /// The chain lacks instructions that the contract uses.
    #[error("the chain cannot run the contract, which is made for Cancun: {message}")]
    OldChain {
        /// The node's message.
        message: String,
    },
    /// The transaction takes more gas than the chain allows one.
    #[error("the transaction takes {needed} gas, more than the {limit} that fit into a block")]
    BlockLimit {
        /// The gas that it needs.
        needed: u64,
        /// The latest block's limit.
        limit: u64,
    },
    /// The contract is longer than the chain allows.
    #[error("the chain does not take a contract of {bytes} bytes: {message}")]
    ContractTooLarge {
        /// The length of creation code and arguments.
        bytes: usize,
        /// The node's message.
        message: String,
    },
    /// The account cannot pay.
    #[error(
        "{account} has {} ETH, the transaction may cost up to {} ETH",
        format_ether(*.got),
        format_ether(*.needed)
    )]
    InsufficientFunds {
        /// The sender.
        account: Address,
        /// Gas limit times the highest price of gas.
        needed: U256,
        /// The balance.
        got: U256,
    },
    /// Another transaction of the account has the same number.
    #[error("another transaction of {account} took number {nonce} first: {message}")]
    Nonce {
        /// The sender.
        account: Address,
        /// The transaction's number.
        nonce: u64,
        /// The node's message.
        message: String,
    },
    /// The price of gas has risen.
    #[error("the node does not take the price offered for gas: {message}")]
    Underpriced {
        /// The node's message.
        message: String,
    },
    /// The node cannot sign for the account.
    #[error("the node holds no unlocked account {account}")]
    NotUnlocked {
        /// The account that should have sent.
        account: Address,
    },
    /// The transaction is not in a block yet.
    #[error(
        "transaction {transaction} is not in a block after {seconds} s; it may still get into one"
    )]
    NotMined {
        /// Its hash.
        transaction: B256,
        /// The time that was waited.
        seconds: u64,
    },
    /// The transaction failed in its block.
    #[error("transaction {transaction} failed, having used {gas_used} gas of {gas_limit}")]
    Reverted {
        /// Its hash.
        transaction: B256,
        /// The gas that it used.
        gas_used: u64,
        /// The gas that it was allowed.
        gas_limit: u64,
    },
    /// The creation of a contract was undone, with the constructor's reason.
    #[error("the contract's constructor refuses its key: {0}")]
    Constructor(Refusal),
    /// The receipt of a transaction names no contract, or one without code.
    #[error("transaction {transaction} made no contract")]
    NotCreated {
        /// Its hash.
        transaction: B256,
    },
}
