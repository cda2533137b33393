//! Answers of chains and contracts that are not about a proof.

use crate::mock::{Mock, Reply};
use crate::mock_chain::{
    CONTRACT, MODEL, TIMEOUT, account, connect, false_proof, is, node, reverted, statement, verify,
};
use alloy_sol_types::SolValue;
use serde_json::json;
use zklens_evm::chain::{ChainError, Contract, Refusal, deploy};
use zklens_evm::{Address, U256, hex};

#[test]
fn the_mock_is_a_node_with_a_verifier() {
    assert_eq!(verify(&node(|_, _| None)), Ok(()));
}

#[test]
fn a_chain_without_precompiles_is_not_a_false_proof() {
    let mock = node(|method, params| match params[0]["to"].as_str() {
        Some("0x0000000000000000000000000000000000000008") => {
            is(method, "eth_call", Reply::Result(json!("0x")))
        }
        Some("0xcccccccccccccccccccccccccccccccccccccccc") => {
            let data = params[0]["data"].as_str()?;
            let is_proof = data.len() > 10 && method == "eth_call";
            is_proof.then(|| reverted("0x"))
        }
        _ => None,
    });
    let error = verify(&mock).unwrap_err();
    let name = "pairing";
    let address = Address::with_last_byte(8);
    assert_eq!(error, ChainError::NoPrecompile { address, name });
    let node = connect(&mock).unwrap();
    let error = deploy(&node, &account(), &[0], &MODEL, TIMEOUT).unwrap_err();
    assert_eq!(error, ChainError::NoPrecompile { address, name });
}

#[test]
fn a_contract_that_is_no_verifier_is_not_a_false_proof() {
    for answer in ["0x", "0x01", "0xfffe"] {
        let mock = node(move |method, params| {
            let to = params[0]["to"].as_str()?;
            let reply = Reply::Result(json!(answer));
            is(method, "eth_call", reply).filter(|_| to.starts_with("0xcc"))
        });
        let error = verify(&mock).unwrap_err();
        let function = "modelId";
        let address = CONTRACT;
        assert_eq!(error, ChainError::NotAVerifier { address, function });
    }
}

#[test]
fn the_reason_of_a_refusal_is_found_where_each_kind_of_node_puts_it() {
    let reason = format!("0xdeadbeef{:064x}", 9);
    let (parity, nested) = (format!("Reverted {reason}"), reason.clone());
    let errors = [
        json!({ "code": 3, "message": "execution reverted", "data": reason }),
        json!({ "code": -32015, "message": "VM execution error.", "data": parity }),
        json!({ "code": -32603, "message": "Error: VM Exception", "data": { "data": nested } }),
    ];
    for error in errors {
        let mock = false_proof(move || Reply::Error(error.clone()));
        let Err(ChainError::Refused(Refusal::Unknown(data))) = verify(&mock) else {
            panic!("refused with a reason");
        };
        assert_eq!(data.len(), 36);
    }
    let silent =
        false_proof(|| Reply::Error(json!({ "code": -32000, "message": "execution reverted" })));
    assert_eq!(verify(&silent), Err(ChainError::Refused(Refusal::Silent)));
}

/// A node whose contract answers every call with `answer`.
fn answering(returned: &impl SolValue) -> Mock {
    let returned = hex::encode_prefixed(returned.abi_encode());
    node(move |method, params| {
        let to = params[0]["to"].as_str()?;
        let reply = Reply::Result(json!(returned));
        is(method, "eth_call", reply).filter(|_| to.starts_with("0xcc"))
    })
}

#[test]
fn a_class_has_a_name_as_models_have() {
    let class_name = |name: &str| {
        let node = connect(&answering(&name.to_owned())).unwrap();
        let contract = Contract::at(&node, CONTRACT).unwrap();
        contract.class_name(0)
    };
    for name in ["cat", &"x".repeat(128)] {
        assert_eq!(class_name(name).unwrap(), name);
    }
    for name in ["", "cat\nlabel: 7", &"x".repeat(129)] {
        let error = class_name(name).unwrap_err();
        let function = "className";
        let address = CONTRACT;
        assert_eq!(error, ChainError::NotAVerifier { address, function });
    }
}

#[test]
fn a_key_has_no_more_batches_than_fit_into_it() {
    let batches = |count: usize| {
        let node = connect(&answering(&vec![U256::ONE; count])).unwrap();
        let contract = Contract::at(&node, CONTRACT).unwrap();
        contract.batches()
    };
    assert_eq!(batches(375).unwrap(), vec![1; 375]);
    let error = batches(376).unwrap_err();
    let function = "batches";
    let address = CONTRACT;
    assert_eq!(error, ChainError::NotAVerifier { address, function });
}

#[test]
fn a_contract_that_contradicts_itself_is_not_a_false_proof() {
    let mock = false_proof(|| Reply::Result(json!("0x")));
    let address = CONTRACT;
    assert_eq!(verify(&mock), Err(ChainError::Contradiction { address }));
}

#[test]
fn a_chain_older_than_the_contract_is_not_a_false_proof() {
    for message in ["invalid opcode: MCOPY", "EVM error NotActivated"] {
        let error = move || Reply::Error(json!({ "code": -32000, "message": message }));
        let error = verify(&false_proof(error)).unwrap_err();
        assert!(matches!(error, ChainError::OldChain { .. }), "{error}");
    }
}

#[test]
fn lack_of_gas_is_not_a_false_proof() {
    for message in ["out of gas", "gas required exceeds allowance (25000000)"] {
        let error = move || Reply::Error(json!({ "code": -32000, "message": message }));
        let error = verify(&false_proof(error)).unwrap_err();
        assert!(matches!(error, ChainError::OutOfGas { .. }), "{error}");
    }
}

/// Words that are taken out of a message for people still count.
#[test]
fn lack_of_gas_is_not_a_false_proof_where_the_url_has_the_same_words() {
    let error = || Reply::Error(json!({ "code": 3, "message": "out of gas: reverted" }));
    let mut mock = false_proof(error);
    mock.url = mock.url.replace("/key-0123456789", "/out/of/gas");
    let error = verify(&mock).unwrap_err();
    assert_eq!(
        error.to_string(),
        "eth_call ran out of gas: … … …: reverted"
    );
}

#[test]
fn the_price_of_the_calldata_decides_where_execution_is_cheaper() {
    let calldata = zklens_evm::abi::check_calldata(&statement(), &[1; 32]).unwrap();
    let (price, floor) = (
        zklens_evm::gas::calldata_gas(&calldata),
        zklens_evm::gas::floor_gas(&calldata),
    );
    let estimate = |gas: u64| {
        let mock = node(move |method, _| {
            is(
                method,
                "eth_estimateGas",
                Reply::Result(json!(format!("{gas:#x}"))),
            )
        });
        let node = connect(&mock).unwrap();
        let contract = Contract::at(&node, CONTRACT).unwrap();
        contract.estimate(None, &statement(), &[1; 32]).unwrap()
    };
    let cheap = estimate(21_000 + floor);
    assert!(cheap.is_floor);
    assert_eq!((cheap.calldata, cheap.floor), (price, floor));
    let dear = estimate(500_000);
    assert!(!dear.is_floor);
    assert_eq!(dear.execution, 500_000 - 21_000 - price);
}
