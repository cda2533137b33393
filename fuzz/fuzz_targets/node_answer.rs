//! Answers of a node and of a contract. Nothing panics, an answer fits its question, and no refusal
//! is printed with characters that control a terminal.
//!
//! The first byte of an input chooses the question; the rest is the body of the answer.
#![no_main]

use alloy_sol_types::SolCall;
use zklens_evm::abi::IModelVerifier::{batchesCall, classNameCall, keyCall, modelIdCall};
use zklens_evm::chain::Refusal;
use zklens_evm::chain::answer::{Answer, Method};
use zklens_fuzz::{MIB, door};
use zklens_printable::printable;

door!(64 * MIB, |input| {
    let Some((method, body)) = input.split_first() else {
        return;
    };
    let method = Method::ALL[usize::from(*method) % Method::ALL.len()];
    // The input is also read as the bytes of a contract, without a node's JSON around them.
    returned(body);
    let answer = match method.decode(body) {
        Ok(answer) => answer,
        Err(error) => {
            let _ = error.to_string();
            return;
        }
    };
    check_kind(method, &answer);
    match answer {
        Answer::Bytes(bytes) => returned(&bytes),
        Answer::Refused(refused) => returned(&refused.data.unwrap_or_default()),
        _ => (),
    }
});

/// Reads the bytes that a contract returns or reverts with.
fn returned(bytes: &[u8]) {
    let reason = Refusal::decode(bytes).to_string();
    assert_eq!(printable(&reason), reason);
    if let Ok(id) = modelIdCall::abi_decode_returns_validate(bytes) {
        assert_eq!(id[..], bytes[..32]);
    }
    // Lists and texts are at most as long as the bytes around them.
    if let Ok(key) = keyCall::abi_decode_returns_validate(bytes) {
        assert!(key.len() <= bytes.len());
    }
    if let Ok(name) = classNameCall::abi_decode_returns_validate(bytes) {
        assert!(name.len() <= bytes.len());
    }
    if let Ok(batches) = batchesCall::abi_decode_returns_validate(bytes) {
        assert!(32 * batches.len() <= bytes.len());
    }
}

fn check_kind(method: Method, answer: &Answer) {
    let is_of_method = match answer {
        Answer::Refused(_) => true,
        Answer::Bytes(_) => matches!(method, Method::Call | Method::Code),
        Answer::Hash(_) => {
            matches!(method, Method::SendRawTransaction | Method::SendTransaction)
        }
        Answer::Accounts(_) => method == Method::Accounts,
        Answer::Block(_) => method == Method::BlockByNumber,
        Answer::Receipt(_) => method == Method::TransactionReceipt,
        Answer::Number(_) => method.name() != "eth_call",
    };
    assert!(is_of_method, "{method:?}: {answer:?}");
}
