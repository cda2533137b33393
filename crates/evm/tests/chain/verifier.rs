//! A contract on a real node: `anvil`.
//!
//! The contract is `stand_in/StandIn.sol`, which accepts a proof if it is whole words and does not
//! begin with `ff`.

use crate::anvil::{Anvil, CHAIN, KEY, UNLOCKED};
use std::time::Duration;
use zklens_evm::chain::{
    Account, ChainError, Contract, Endpoint, Node, Receipt, Refusal, deploy, parse_address,
};
use zklens_evm::gas::{calldata_gas, floor_gas};
use zklens_evm::{Address, abi, hex};
use zklens_verifier::{ModelId, Statement};

const TIMEOUT: Duration = Duration::from_secs(20);
const TRUE: [u8; 64] = [1; 64];
const FALSE: [u8; 64] = [0xff; 64];
const SHORT: [u8; 63] = [1; 63];

/// The stand-in's key: its model id, and more.
const STAND_IN_KEY: [u8; 100] = [7; 100];

fn statement() -> Statement {
    Statement {
        model: ModelId([7; 32]),
        labels: vec![5],
        inputs: vec![zklens_field::generator()],
        context: [9; 32],
    }
}

fn creation_code() -> Vec<u8> {
    let artifact: serde_json::Value =
        serde_json::from_str(include_str!("../stand_in/StandIn.json")).unwrap();
    hex::decode(artifact["bytecode"].as_str().unwrap()).unwrap()
}

fn connect(anvil: &Anvil) -> Node {
    Node::connect(Endpoint::parse(&anvil.url).unwrap(), TIMEOUT, Some(CHAIN)).unwrap()
}

fn account() -> Account {
    Account::from_private_key(KEY).unwrap()
}

fn deployed(node: &Node) -> (Contract<'_>, Receipt) {
    deploy(node, &account(), &creation_code(), &STAND_IN_KEY, TIMEOUT).unwrap()
}

/// A node and the contract on it. Ends the test if `anvil` is missing.
macro_rules! chain {
    ($options:expr, $node:ident, $contract:ident) => {
        let Some(anvil) = Anvil::start($options) else {
            return;
        };
        let $node = connect(&anvil);
        let ($contract, _) = deployed(&$node);
    };
}

#[test]
fn a_deployed_contract_holds_its_key() {
    chain!(&[], node, contract);
    assert_eq!(contract.model_id(), Ok(ModelId([7; 32])));
    assert_eq!(contract.batches(), Ok(vec![1, 4]));
    assert_eq!(contract.class_name(9).unwrap(), "class");
    assert!(contract.class_name(10).is_err());
    assert_eq!(contract.check_key(&STAND_IN_KEY), Ok(()));
    let address = contract.address();
    assert_eq!(
        contract.check_key(&STAND_IN_KEY[1..]),
        Err(ChainError::OtherKey { address })
    );
    assert_eq!(node.check_precompiles(), Ok(()));
}

#[test]
fn a_constructor_says_why_it_refuses_a_key() {
    chain!(&[], node, _contract);
    let error = deploy(&node, &account(), &creation_code(), &[7; 31], TIMEOUT).unwrap_err();
    let text = error.to_string();
    assert!(matches!(error, ChainError::Constructor(_)), "{text}");
    assert!(text.contains("does not store it"), "{text}");
}

#[test]
fn a_true_proof_is_told_from_false_ones() {
    chain!(&[], node, contract);
    assert_eq!(node.chain_id(), CHAIN);
    assert_eq!(contract.verify(&statement(), &TRUE), Ok(()));
    let reason = |proof: &[u8]| {
        contract
            .verify(&statement(), proof)
            .unwrap_err()
            .to_string()
    };
    assert_eq!(
        reason(&FALSE),
        "the contract refuses the proof: it does not prove the statement"
    );
    assert!(reason(&SHORT).ends_with("longer or shorter than proofs of so many images are"));
}

#[test]
fn running_out_of_gas_is_not_a_false_proof() {
    chain!(&["--gas-limit", "10000000"], _node, contract);
    let mut endless = TRUE;
    endless[0] = 0xfd;
    let error = contract.verify(&statement(), &endless).unwrap_err();
    assert!(matches!(error, ChainError::OutOfGas { .. }), "{error}");
    let error = contract.estimate(None, &statement(), &endless).unwrap_err();
    assert!(matches!(error, ChainError::OutOfGas { .. }), "{error}");
}

#[test]
fn a_true_proof_is_sent_and_a_false_one_is_not() {
    chain!(&[], node, contract);
    let receipt = contract.send(&account(), &statement(), &TRUE, TIMEOUT);
    let receipt = receipt.unwrap();
    assert_eq!(receipt.block, 2);
    assert!(receipt.gas_price.is_some());
    for proof in [&FALSE[..], &SHORT] {
        let error = contract.send(&account(), &statement(), proof, TIMEOUT);
        assert!(matches!(error, Err(ChainError::Refused(_))));
    }
    // Nothing was sent in between.
    let unlocked = Account::unlocked(parse_address(UNLOCKED).unwrap());
    let receipt = contract.send(&unlocked, &statement(), &TRUE, TIMEOUT);
    assert_eq!(receipt.unwrap().block, 3);
    let stranger = Account::unlocked(Address::repeat_byte(9));
    let error = contract.send(&stranger, &statement(), &TRUE, TIMEOUT);
    assert!(matches!(error, Err(ChainError::NotUnlocked { .. })));
    assert!(node.gas_price().is_ok());
}

#[test]
fn a_chain_before_london_is_paid_in_the_old_way() {
    chain!(&["--hardfork", "berlin"], _node, contract);
    let receipt = contract.send(&account(), &statement(), &TRUE, TIMEOUT);
    assert_eq!(receipt.unwrap().block, 2);
}

#[test]
fn an_estimate_is_what_the_transaction_then_uses() {
    chain!(&[], _node, contract);
    let estimate = contract.estimate(None, &statement(), &TRUE).unwrap();
    let calldata = abi::check_calldata(&statement(), &TRUE).unwrap();
    assert_eq!(estimate.calldata, calldata_gas(&calldata));
    assert_eq!(estimate.floor, floor_gas(&calldata));
    let receipt = contract.send(&account(), &statement(), &TRUE, TIMEOUT);
    let used = receipt.unwrap().gas_used;
    assert!(
        used <= estimate.gas && estimate.gas - used < 2_000,
        "{used}"
    );
    let refused = contract.estimate(None, &statement(), &FALSE);
    let reason = Refusal::Known("it does not prove the statement".into());
    assert_eq!(refused, Err(ChainError::Refused(reason)));
}

#[test]
fn another_chain_an_empty_address_and_another_model_are_told_apart() {
    let Some(anvil) = Anvil::start(&[]) else {
        return;
    };
    let endpoint = Endpoint::parse(&anvil.url).unwrap();
    let (expected, got) = (1, CHAIN);
    assert_eq!(
        Node::connect(endpoint, TIMEOUT, Some(1)).unwrap_err(),
        ChainError::WrongChain { expected, got }
    );
    let node = connect(&anvil);
    let address = Address::repeat_byte(3);
    let chain = CHAIN;
    assert_eq!(
        Contract::at(&node, address).unwrap_err(),
        ChainError::NoCode { address, chain }
    );
    let (contract, _) = deployed(&node);
    let mut other = statement();
    other.model = ModelId([8; 32]);
    let error = ChainError::OtherModel {
        address: contract.address(),
        expected: other.model,
        got: ModelId([7; 32]),
    };
    assert_eq!(contract.verify(&other, &TRUE), Err(error.clone()));
    assert_eq!(contract.estimate(None, &other, &TRUE), Err(error.clone()));
    let sent = contract.send(&account(), &other, &TRUE, TIMEOUT);
    assert_eq!(sent, Err(error));
}

#[test]
fn an_account_without_funds_sends_nothing() {
    chain!(&[], node, contract);
    let poor = Account::from_private_key(&"46".repeat(32)).unwrap();
    for error in [
        contract
            .send(&poor, &statement(), &TRUE, TIMEOUT)
            .unwrap_err(),
        deploy(&node, &poor, &creation_code(), &STAND_IN_KEY, TIMEOUT).unwrap_err(),
    ] {
        let text = error.to_string();
        assert!(
            matches!(error, ChainError::InsufficientFunds { .. }),
            "{text}"
        );
        assert!(text.contains("has 0.000000000000000000 ETH"), "{text}");
    }
}
