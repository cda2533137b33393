//! Outcomes of transactions.

use crate::mock::Reply;
use crate::mock_chain::{MODEL, TIMEOUT, account, connect, is, node, send};
use serde_json::json;
use std::time::Duration;
use zklens_evm::chain::{ChainError, deploy};

#[test]
fn an_old_chain_gets_a_transaction_of_the_old_kind() {
    let mock = node(|method, _| {
        is(
            method,
            "eth_getBlockByNumber",
            Reply::Result(json!({ "gasLimit": "0x1c9c380" })),
        )
    });
    let error = send(&mock, Duration::ZERO).unwrap_err();
    assert!(matches!(error, ChainError::NotMined { .. }), "{error}");
    let raw = mock.asked("eth_sendRawTransaction");
    let raw = raw[0][0].as_str().unwrap();
    assert!(
        raw.starts_with("0xf9"),
        "a list, not a typed transaction: {raw}"
    );
    let mock = node(|_, _| None);
    let _ = send(&mock, Duration::ZERO);
    let raw = mock.asked("eth_sendRawTransaction");
    assert!(raw[0][0].as_str().unwrap().starts_with("0x02"));
}

#[test]
fn a_node_without_an_opinion_on_tips_is_asked_for_its_price() {
    let mock = node(|method, _| {
        let error = Reply::Error(json!({ "code": -32601, "message": "the method does not exist" }));
        is(method, "eth_maxPriorityFeePerGas", error)
    });
    let error = send(&mock, Duration::ZERO).unwrap_err();
    assert!(matches!(error, ChainError::NotMined { .. }), "{error}");
    assert_eq!(mock.asked("eth_gasPrice").len(), 1);
}

#[test]
fn nothing_is_sent_by_an_account_that_cannot_pay() {
    let mock = node(|method, _| is(method, "eth_getBalance", Reply::Result(json!("0x5"))));
    let error = send(&mock, TIMEOUT).unwrap_err();
    let text = error.to_string();
    // 110,000 gas at 2 × 7 + 1 wei.
    assert!(text.contains("has 0.000000000000000005 ETH"), "{text}");
    assert!(text.ends_with("up to 0.000000000001650000 ETH"), "{text}");
    assert!(mock.asked("eth_sendRawTransaction").is_empty());
}

#[test]
fn nothing_is_sent_that_fits_into_no_block() {
    let mock = node(|method, _| is(method, "eth_estimateGas", Reply::Result(json!("0x1c9c381"))));
    let (needed, limit) = (30_000_001, 30_000_000);
    assert_eq!(
        send(&mock, TIMEOUT),
        Err(ChainError::BlockLimit { needed, limit })
    );
}

#[test]
fn a_number_that_is_taken_is_told_from_a_refusal() {
    let mock = node(|method, _| {
        let error = json!({ "code": -32000, "message": "nonce too low: next nonce 4, tx nonce 3" });
        is(method, "eth_sendRawTransaction", Reply::Error(error))
    });
    let error = send(&mock, TIMEOUT).unwrap_err();
    assert!(
        matches!(error, ChainError::Nonce { nonce: 3, .. }),
        "{error}"
    );
}

#[test]
fn a_transaction_that_waits_is_named_by_its_hash() {
    let mock = node(|method, _| {
        is(
            method,
            "eth_getTransactionReceipt",
            Reply::Result(json!(null)),
        )
    });
    let text = send(&mock, TIMEOUT).unwrap_err().to_string();
    assert!(text.contains("aa is not in a block after 1 s"), "{text}");
    assert!(mock.asked("eth_getTransactionReceipt").len() > 2);
}

#[test]
fn a_transaction_that_fails_in_its_block_is_no_success() {
    let mock = node(|method, _| {
        let receipt = json!({ "status": "0x0", "gasUsed": "0x1adb0", "blockNumber": "0x1" });
        is(method, "eth_getTransactionReceipt", Reply::Result(receipt))
    });
    let text = send(&mock, TIMEOUT).unwrap_err().to_string();
    assert!(
        text.ends_with("failed, having used 110000 gas of 110000"),
        "{text}"
    );
}

#[test]
fn a_contract_that_is_too_large_is_told_from_a_refused_key() {
    let mock = node(|method, _| {
        let error = json!({ "code": -32000, "message": "max initcode size exceeded: 60000" });
        is(method, "eth_estimateGas", Reply::Error(error))
    });
    let node = connect(&mock).unwrap();
    let error = deploy(&node, &account(), &[0; 50_000], &[7; 9000], TIMEOUT).unwrap_err();
    assert!(
        matches!(error, ChainError::ContractTooLarge { bytes: 59_088, .. }),
        "{error}"
    );
}

#[test]
fn a_creation_that_makes_nothing_is_no_deployment() {
    let mock = node(|method, _| {
        let receipt = json!({ "status": "0x1", "gasUsed": "0x1", "blockNumber": "0x1" });
        is(method, "eth_getTransactionReceipt", Reply::Result(receipt))
    });
    let node = connect(&mock).unwrap();
    let error = deploy(&node, &account(), &[0], &MODEL, TIMEOUT).unwrap_err();
    assert!(matches!(error, ChainError::NotCreated { .. }), "{error}");
}
