//! What chains and contracts do that is no answer about a proof.

use crate::mock::Reply;
use crate::mock_chain::{
    CONTRACT, MODEL, TIMEOUT, account, connect, false_proof, is, node, reverted, statement, verify,
};
use serde_json::json;
use zklens_evm::Address;
use zklens_evm::chain::{ChainError, Contract, Refusal, deploy};

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
