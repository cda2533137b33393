//! Nodes and contracts that the arguments name, and their errors in words.

use crate::args::{ContractArgument, NodeArguments};
use crate::failure::{EXIT_CHAIN, EXIT_INPUT, EXIT_REFUSED, EXIT_USAGE, Failure};
use std::time::Duration;
use zklens_evm::U256;
use zklens_evm::chain::{
    ChainError, Contract, Endpoint, Node, Receipt, format_ether, parse_address,
};

/// Connects to the node that the arguments name.
pub(crate) fn connect(arguments: &NodeArguments) -> Result<Node, Failure> {
    let endpoint = Endpoint::parse(arguments.rpc_url.secret()).map_err(failure)?;
    let timeout = Duration::from_secs(arguments.timeout);
    Node::connect(endpoint, timeout, arguments.chain_id).map_err(failure)
}

/// The contract that the arguments name, after a check that it is a verifier.
pub(crate) fn contract<'a>(
    node: &'a Node,
    argument: &ContractArgument,
) -> Result<Contract<'a>, Failure> {
    let address = parse_address(&argument.address).map_err(failure)?;
    Contract::at(node, address).map_err(failure)
}

/// The cost of a transaction in ETH, or `None` if the node does not tell its price of gas.
pub(crate) fn cost(receipt: &Receipt) -> Option<String> {
    let price = U256::from(receipt.gas_price?);
    Some(format_ether(price * U256::from(receipt.gas_used)))
}

/// The failure for an error of a node or contract, with help if there is some.
#[expect(
    clippy::needless_pass_by_value,
    reason = "it ends the error, and is given to map_err"
)]
pub(crate) fn failure(error: ChainError) -> Failure {
    let exit = match error {
        ChainError::Url(_) | ChainError::Address => EXIT_USAGE,
        ChainError::Abi(_) => EXIT_INPUT,
        ChainError::Refused(_) => EXIT_REFUSED,
        _ => EXIT_CHAIN,
    };
    let failure = Failure::of(exit, &error);
    match help(&error) {
        Some(help) => failure.with_help(help),
        None => failure,
    }
}

const fn help(error: &ChainError) -> Option<&'static str> {
    Some(match error {
        ChainError::Url(_) => "give --rpc-url or ETH_RPC_URL as http://host:port or https://host/…",
        ChainError::Unreachable { .. } => {
            "check --rpc-url (or ETH_RPC_URL), and that the node is running"
        }
        ChainError::Timeout { .. } => "try again, or give it longer with --timeout",
        ChainError::Http {
            status: 401 | 403, ..
        } => "check the key in the URL of the node",
        ChainError::Http { status: 404, .. } | ChainError::NotANode { .. } => {
            "check the path in the URL of the node"
        }
        ChainError::Http { status: 429, .. } => "the service limits requests: wait, and try again",
        ChainError::WrongChain { .. } => "ask a node of that chain, or leave out --chain-id",
        ChainError::NoPrecompile { .. } => {
            "this chain cannot verify proofs: it takes the precompiles 0x06, 0x07 and 0x08 (EIP-196, EIP-197)"
        }
        ChainError::NoCode { .. } => {
            "check --contract and the node's chain; `zklens evm deploy` makes the contract"
        }
        ChainError::NotAVerifier { .. } => "check --contract; `zklens evm deploy` makes one",
        ChainError::OtherModel { .. } => {
            "the proof may be true: ask the contract of its model. A proof for a contract is made by \
             `zklens evm prove`, or `zklens prove --for-chain`"
        }
        ChainError::OtherKey { .. } => {
            "do not trust this contract: it may take false proofs for true ones"
        }
        ChainError::OutOfGas { .. } => {
            "the node, or the chain, allows less gas than the proof takes"
        }
        ChainError::ContractTooLarge { .. } => "fewer --batches take less",
        ChainError::InsufficientFunds { .. } => "fund the account, or send from another one",
        ChainError::Nonce { .. } => {
            "wait until its other transactions are in a block, and try again"
        }
        ChainError::Underpriced { .. } => "the price of gas is rising: try again",
        ChainError::NotUnlocked { .. } => {
            "put the private key into ETH_PRIVATE_KEY instead, or name a --keystore"
        }
        ChainError::NotMined { .. } => "look the transaction up before you send another one",
        _ => return None,
    })
}
