//! What can go wrong between here and a contract.

use super::answer::AnswerError;
use super::refusal::Refusal;
use crate::abi::AbiError;
use alloy_primitives::{Address, B256, U256, utils::format_ether};
use zklens_verifier::ModelId;

/// Why a node or a contract was of no use.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ChainError {
    /// The node's address is no URL.
    #[error("this is no URL of a node: {0}")]
    Url(&'static str),
    /// A text is no address.
    #[error("this is no address, or its checksum is wrong: expected 0x and 40 hex digits")]
    Address,
    /// Nobody answers there.
    #[error("{endpoint}: the node cannot be reached: {cause}")]
    Unreachable {
        /// Where.
        endpoint: String,
        /// What the system says.
        cause: String,
    },
    /// The answer took too long.
    #[error("{endpoint}: no answer to {method} within {seconds} s")]
    Timeout {
        /// Where.
        endpoint: String,
        /// What was asked.
        method: &'static str,
        /// How long was waited.
        seconds: u64,
    },
    /// A server answers that does not let this request in.
    #[error("{endpoint}: the server answers {method} with HTTP status {status}")]
    Http {
        /// Where.
        endpoint: String,
        /// What was asked.
        method: &'static str,
        /// HTTP's status.
        status: u16,
    },
    /// What answers speaks no JSON-RPC.
    #[error("{endpoint}: this is no Ethereum node: the answer to {method} {cause}")]
    NotANode {
        /// Where.
        endpoint: String,
        /// What was asked.
        method: &'static str,
        /// What is wrong with the answer.
        cause: AnswerError,
    },
    /// The node refuses a request.
    #[error("the node refuses {method}: {message} (code {code})")]
    Rpc {
        /// What was asked.
        method: &'static str,
        /// JSON-RPC's code.
        code: i64,
        /// What the node says.
        message: String,
    },
    /// The node is of another chain.
    #[error("the node is on chain {got}, not on chain {expected}")]
    WrongChain {
        /// The chain asked for.
        expected: u64,
        /// The node's.
        got: u64,
    },
    /// The chain cannot verify at all.
    #[error("the node has no working precompile at {address} ({name} of BN254)")]
    NoPrecompile {
        /// Where it should be.
        address: Address,
        /// What it should do.
        name: &'static str,
    },
    /// There is no contract.
    #[error("there is no contract at {address} on chain {chain}")]
    NoCode {
        /// Where it should be.
        address: Address,
        /// The node's chain.
        chain: u64,
    },
    /// The contract is not a verifier.
    #[error(
        "the contract at {address} is no zklens verifier: its {function} answers nothing usable"
    )]
    NotAVerifier {
        /// Where it is.
        address: Address,
        /// What was called.
        function: &'static str,
    },
    /// The contract verifies another model.
    #[error("the contract at {address} verifies model {got}, the proof is about model {expected}")]
    OtherModel {
        /// Where it is.
        address: Address,
        /// The statement's model.
        expected: ModelId,
        /// The contract's.
        got: ModelId,
    },
    /// The contract has another key than the model's.
    #[error("the contract at {address} names the right model, but holds another key")]
    OtherKey {
        /// Where it is.
        address: Address,
    },
    /// `verify` and `check` disagree.
    #[error("the contract at {address} contradicts itself: `verify` is false, `check` passes")]
    Contradiction {
        /// Where it is.
        address: Address,
    },
    /// The proof does not prove the statement.
    #[error("the contract refuses the proof: {0}")]
    Refused(Refusal),
    /// The statement cannot be put into a call.
    #[error(transparent)]
    Abi(#[from] AbiError),
    /// Execution takes more gas than there is.
    #[error("{method} ran out of gas: {message}")]
    OutOfGas {
        /// What was asked.
        method: &'static str,
        /// What the node says.
        message: String,
    },
    /// The chain lacks instructions that the contract is made of.
    #[error("the chain cannot run the contract, which is made for Cancun: {message}")]
    OldChain {
        /// What the node says.
        message: String,
    },
    /// The transaction takes more gas than the chain allows one.
    #[error("the transaction takes {needed} gas, more than the {limit} that fit into a block")]
    BlockLimit {
        /// What it takes.
        needed: u64,
        /// The latest block's limit.
        limit: u64,
    },
    /// The contract is longer than the chain allows.
    #[error("the chain does not take a contract of {bytes} bytes: {message}")]
    ContractTooLarge {
        /// How long creation code and arguments are.
        bytes: usize,
        /// What the node says.
        message: String,
    },
    /// The account cannot pay.
    #[error(
        "{account} has {} ETH, the transaction may cost up to {} ETH",
        format_ether(*.got),
        format_ether(*.needed)
    )]
    InsufficientFunds {
        /// Who sends.
        account: Address,
        /// Gas limit times the highest price of gas.
        needed: U256,
        /// The balance.
        got: U256,
    },
    /// Another transaction of the account has the same number.
    #[error("another transaction of {account} took number {nonce} first: {message}")]
    Nonce {
        /// Who sends.
        account: Address,
        /// The transaction's number.
        nonce: u64,
        /// What the node says.
        message: String,
    },
    /// The price of gas has risen.
    #[error("the node does not take the price offered for gas: {message}")]
    Underpriced {
        /// What the node says.
        message: String,
    },
    /// The node cannot sign for the account.
    #[error("the node holds no unlocked account {account}")]
    NotUnlocked {
        /// Who was to send.
        account: Address,
    },
    /// The transaction is not in a block yet.
    #[error(
        "transaction {transaction} is in no block after {seconds} s; it may still get into one"
    )]
    NotMined {
        /// Its hash.
        transaction: B256,
        /// How long was waited.
        seconds: u64,
    },
    /// The transaction failed in its block.
    #[error("transaction {transaction} failed, having used {gas_used} gas of {gas_limit}")]
    Reverted {
        /// Its hash.
        transaction: B256,
        /// What it used.
        gas_used: u64,
        /// What it might have used.
        gas_limit: u64,
    },
    /// The creation of a contract was undone, with the constructor's reason.
    #[error("the contract's constructor refuses its key: {0}")]
    Constructor(Refusal),
    /// A transaction made no contract where its receipt says.
    #[error("transaction {transaction} made no contract")]
    NotCreated {
        /// Its hash.
        transaction: B256,
    },
}
