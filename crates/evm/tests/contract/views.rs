//! The bytecode that `zklens evm deploy` sends answers with its key and with the parts of it.

use crate::common::{Chain, SETUP};
use crate::golden::{Golden, NAMES};
use alloy_sol_types::{SolCall, SolError, sol};
use revm::primitives::{Address, U256, keccak256};
use zklens_evm::abi::IModelVerifier;
use zklens_evm::contract_key;
use zklens_model::{Model, Op};
use zklens_prover::{Privacy, ProvingKey};
use zklens_testkit::models::{Layers, preprocessing};

sol! {
    #[derive(Debug, PartialEq)]
    error NoClass(uint256 label, uint256 classes);
    function KEY_DATA() external view returns (address);
}

/// The answer of a view, or the bytes it reverts with.
fn ask<C: SolCall>(chain: &mut Chain, contract: Address, call: &C) -> Result<C::Return, Vec<u8>> {
    let outcome = chain.call(contract, call.abi_encode());
    match outcome.succeeded {
        true => Ok(C::abi_decode_returns_validate(&outcome.output).unwrap()),
        false => Err(outcome.output),
    }
}

fn names_are(chain: &mut Chain, contract: Address, names: &[String]) {
    let classes = U256::from(names.len());
    let count = ask(chain, contract, &IModelVerifier::classCountCall {});
    assert_eq!(count.unwrap(), classes);
    for (label, name) in names.iter().enumerate() {
        let label = U256::from(label);
        let said = ask(chain, contract, &IModelVerifier::classNameCall { label });
        assert_eq!(said.as_deref(), Ok(name.as_str()));
    }
    let one = U256::from(1);
    for label in [classes, classes + one, U256::from(1) << 64, U256::MAX] {
        let refused = ask(chain, contract, &IModelVerifier::classNameCall { label }).unwrap_err();
        let error = NoClass::abi_decode_validate(&refused);
        assert_eq!(error.unwrap(), NoClass { label, classes });
    }
}

#[test]
fn a_contract_names_its_model_its_classes_and_its_key() {
    for name in NAMES {
        let Golden {
            mut chain,
            contract,
            key,
            key_bytes,
            statement,
            ..
        } = Golden::load(name);
        let id = ask(&mut chain, contract, &IModelVerifier::modelIdCall {});
        assert_eq!(id.unwrap().0, key.id().0, "{name}");
        names_are(&mut chain, contract, key.classes());
        let batches = ask(&mut chain, contract, &IModelVerifier::batchesCall {});
        assert_eq!(batches.unwrap(), [U256::from(statement.labels.len())]);
        let said = ask(&mut chain, contract, &IModelVerifier::keyCall {});
        assert_eq!(said.unwrap().to_vec(), key_bytes, "{name}");
    }
}

/// Names of one byte and of the most, around the length of a word, and of letters that are several bytes.
#[test]
fn names_of_any_length_are_said_as_they_are() {
    let lengths = [1, 31, 32, 33, 64, 65, Model::MAX_NAME_BYTES];
    let names = lengths.map(|length| "n".repeat(length)).into_iter();
    let names: Vec<String> = names.chain(["名前".to_owned(), "é".to_owned()]).collect();
    let mut layers = Layers::new(preprocessing([1, 2], false), 1);
    layers.then(Op::flatten(2));
    layers.dense(names.len());
    let graph = layers.finish("names").graph().clone();
    let model = Model::new("names", names.clone(), graph).unwrap();
    let key = ProvingKey::new(&SETUP, model, Privacy::Public).unwrap();
    let bytes = contract_key(key.verifying(), SETUP.verifier(), &[2, 1, 3]).unwrap();
    let mut chain = Chain::new();
    let contract = chain.deploy_verifier(&bytes);
    names_are(&mut chain, contract, &names);
    let batches = ask(&mut chain, contract, &IModelVerifier::batchesCall {});
    assert_eq!(batches.unwrap(), [2, 1, 3].map(U256::from));
}

/// Its code stops at once: every call of it returns nothing.
#[test]
fn the_contract_with_the_key_is_data() {
    let mut golden = Golden::load("smallest");
    let data = ask(&mut golden.chain, golden.contract, &KEY_DATACall {}).unwrap();
    assert_ne!(data, golden.contract);
    for calldata in [Vec::new(), golden.call().verify(), vec![0xff; 100]] {
        let outcome = golden.chain.call(data, calldata);
        assert!(outcome.succeeded && outcome.output.is_empty());
    }
}

/// Gas that does not suffice to store the key: the constructor reverts, and no contract without a key is deployed.
#[test]
fn a_contract_whose_key_cannot_be_stored_is_not_deployed() {
    let mut chain = Chain::new();
    let key = vec![1; 12_000];
    for gas in [1_600_000, 2_200_000, 3_000_000] {
        let outcome = chain.try_deploy_verifier(&key, gas);
        assert!(!outcome.succeeded, "{gas} gas");
        assert_eq!(
            outcome.output,
            keccak256("KeyNotStored()")[..4],
            "{gas} gas"
        );
    }
    let outcome = chain.try_deploy_verifier(&key, crate::common::GAS_LIMIT);
    assert!(outcome.succeeded && outcome.created.is_some());
}
