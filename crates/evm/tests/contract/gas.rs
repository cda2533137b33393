//! The gas of a verification: `snapshots/gas.json` has that of a whole transaction of `check`, with its base and its
//! calldata.
//!
//! The keys have the layout for chains and all of these numbers of images. Randomness is fixed, so that the
//! gas is exact: bytes of calldata cost less if they are zero, and some branches depend on challenges.
//!
//! Beside the shipped networks, a network for CIFAR-10 with random weights shows what a larger one costs.

use crate::common::call::Call;
use crate::common::{Chain, SETUP, pixels, rng};
use std::fs;
use std::path::Path;
use zklens_evm::contract_key;
use zklens_model::Model;
use zklens_prover::{Privacy, ProvingKey, Target, prove};
use zklens_testkit::networks;

const BATCHES: &[usize] = &[1, 2, 4, 8, 16];

/// A larger network, and the numbers of images that its contract takes.
const LARGER: (&str, &[usize]) = ("cifar-cnn", &[1]);

/// The gas for each number of images.
fn gas(model: Model, batches: &[usize]) -> Vec<u64> {
    let key = ProvingKey::with_target(&SETUP, model, Privacy::Public, Target::Evm).unwrap();
    let bytes = contract_key(key.verifying(), SETUP.verifier(), batches).unwrap();
    let mut chain = Chain::new();
    let contract = chain.deploy_verifier(&bytes);
    let of_batch = |images: &usize| {
        let images: Vec<_> = (0..*images).map(|seed| pixels(key.model(), seed)).collect();
        let proved = prove(&SETUP, &key, &images, [7; 32], &mut rng(1)).unwrap();
        let call = Call::new(&proved.statement, &proved.proof);
        let outcome = chain.call(contract, call.check());
        assert!(outcome.succeeded, "{}: {outcome:?}", key.model().name());
        outcome.gas
    };
    batches.iter().map(of_batch).collect()
}

fn snapshot() -> String {
    let shipped = zklens_models::ALL.iter();
    let shipped = shipped.map(|shipped| (shipped.name, shipped.decode().unwrap(), BATCHES));
    let (name, batches) = LARGER;
    let larger = (name, networks::named(name).unwrap(), batches);
    let entries = shipped.chain([larger]).map(|(name, model, batches)| {
        let gas = gas(model, batches);
        let lines = batches.iter().zip(gas);
        let lines: Vec<String> = lines
            .map(|(images, gas)| format!("    \"{images}\": {gas}"))
            .collect();
        format!("  \"{name}\": {{\n{}\n  }}", lines.join(",\n"))
    });
    let entries: Vec<String> = entries.collect();
    format!("{{\n{}\n}}\n", entries.join(",\n"))
}

#[test]
fn gas_is_that_of_the_snapshot() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../snapshots/gas.json");
    let found = snapshot();
    if std::env::var("SNAPSHOT").is_ok_and(|what| what == "write") {
        fs::write(&file, &found).unwrap();
    }
    let stored = fs::read_to_string(&file).unwrap_or_default();
    assert_eq!(
        stored, found,
        "run `SNAPSHOT=write cargo test -p zklens-evm --test contract gas_is` and review the difference"
    );
}
