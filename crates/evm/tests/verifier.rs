//! The contract and the native verifier say the same of every proof.

mod common;

use alloy_sol_types::{SolCall, SolValue};
use common::{Chain, SETUP};
use revm::primitives::{Address, hex};
use zklens_evm::abi::{IModelVerifier, calldata};
use zklens_evm::contract_key;
use zklens_model::{Model, Pixels};
use zklens_prover::{Layout, Privacy, Proved, ProvingKey, prove};

fn creation_code(key: &[u8]) -> Vec<u8> {
    let artifact = include_str!("../../../contracts/artifacts/StoredKeyVerifier.json");
    let artifact: serde_json::Value = serde_json::from_str(artifact).unwrap();
    let mut code = hex::decode(artifact["bytecode"].as_str().unwrap()).unwrap();
    code.extend((key.to_vec(),).abi_encode_params());
    code
}

fn images(model: &Model, count: usize) -> Vec<Pixels> {
    let len = model.preprocessing().len();
    let image = |seed: usize| {
        let values = (0..len).map(|index| ((index * 31 + seed * 97) % 256) as u8);
        Pixels::new(model.preprocessing().shape(), values.collect()).unwrap()
    };
    (0..count).map(image).collect()
}

fn proved(key: &ProvingKey, count: usize) -> Proved {
    let mut rng = rand_core::UnwrapErr(getrandom::SysRng);
    prove(&SETUP, key, &images(key.model(), count), [7; 32], &mut rng).unwrap()
}

#[test]
fn gas_of_the_shipped_models() {
    for shipped in zklens_models::ALL {
        let model = shipped.decode().unwrap();
        let key = ProvingKey::with_layout(&SETUP, model, Privacy::Public, Layout::Chain).unwrap();
        let bytes = contract_key(key.verifying(), SETUP.verifier(), &[1, 2, 4, 8, 16]).unwrap();
        let mut chain = Chain::new();
        let contract = chain.deploy(creation_code(&bytes));
        println!("{}: key {} bytes", shipped.name, bytes.len());
        for count in [1, 2, 4, 8, 16] {
            let proved = proved(&key, count);
            let data = calldata(&proved.statement, &proved.proof).unwrap();
            let outcome = chain.call(contract, data.clone());
            println!(
                "{} {count}: {} {} calldata {}",
                shipped.name,
                hex::encode(&outcome.output),
                outcome.gas,
                data.len()
            );
        }
    }
}
