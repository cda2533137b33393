//! The gas of a verification: `snapshots/gas.json` has that of a whole transaction of `check`, with its base and its
//! calldata.
//!
//! The keys have the layout for chains and all of these numbers of images. Randomness is fixed, so that the
//! gas is exact: bytes of calldata cost less if they are zero, and some branches depend on challenges.

use crate::common::call::Call;
use crate::common::{Chain, SETUP, pixels, rng};
use std::fmt::Write;
use std::fs;
use std::path::Path;
use zklens_evm::contract_key;
use zklens_models::Shipped;
use zklens_prover::{Privacy, ProvingKey, Target, prove};

const BATCHES: [usize; 5] = [1, 2, 4, 8, 16];

fn gas(shipped: &Shipped) -> Vec<u64> {
    let model = shipped.decode().unwrap();
    let key = ProvingKey::with_target(&SETUP, model, Privacy::Public, Target::Evm).unwrap();
    let bytes = contract_key(key.verifying(), SETUP.verifier(), &BATCHES).unwrap();
    let mut chain = Chain::new();
    let contract = chain.deploy_verifier(&bytes);
    let of_batch = |images| {
        let images: Vec<_> = (0..images).map(|seed| pixels(key.model(), seed)).collect();
        let proved = prove(&SETUP, &key, &images, [7; 32], &mut rng(1)).unwrap();
        let call = Call::new(&proved.statement, &proved.proof);
        let outcome = chain.call(contract, call.check());
        assert!(outcome.succeeded, "{}: {outcome:?}", shipped.name);
        outcome.gas
    };
    BATCHES.into_iter().map(of_batch).collect()
}

fn snapshot() -> String {
    let mut json = String::from("{\n");
    for (index, shipped) in zklens_models::ALL.iter().enumerate() {
        let _ = writeln!(json, "  \"{}\": {{", shipped.name);
        let gas = gas(shipped);
        let lines: Vec<String> = BATCHES
            .iter()
            .zip(gas)
            .map(|(images, gas)| format!("    \"{images}\": {gas}"))
            .collect();
        json.push_str(&lines.join(",\n"));
        let is_last = index + 1 == zklens_models::ALL.len();
        json.push_str(if is_last { "\n  }\n" } else { "\n  },\n" });
    }
    json.push_str("}\n");
    json
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
