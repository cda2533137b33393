//! On a chain without the curve's precompiles a call fails, and gives no verdict.

use crate::common::reason::Refused;
use crate::golden::Golden;
use alloy_sol_types::{SolError, sol};

sol! {
    #[derive(Debug)]
    error PrecompileFailed(uint256 precompile);
}

/// Powers modulo a number, sums and multiples of points, pairings.
const PRECOMPILES: [u8; 4] = [5, 6, 7, 8];

#[test]
fn without_a_precompile_there_is_no_verdict() {
    for precompile in PRECOMPILES {
        let mut golden = Golden::load("smallest");
        golden.chain.remove_precompile(precompile);
        let honest = golden.call();
        let mut forged = golden.call();
        forged.labels[0] ^= 1;
        for call in [honest, forged] {
            for calldata in [call.verify(), call.check()] {
                let outcome = golden.chain.call(golden.contract, calldata);
                assert!(!outcome.succeeded, "{precompile}: {outcome:?}");
                assert!(!outcome.output.starts_with(&Refused::SELECTOR));
                let failed = PrecompileFailed::abi_decode_validate(&outcome.output);
                let failed = failed.unwrap_or_else(|error| panic!("{error}: {outcome:?}"));
                assert_eq!(failed.precompile.to::<u8>(), precompile);
            }
        }
    }
}

#[test]
fn without_any_of_them_there_is_none_either() {
    let mut golden = Golden::load("smallest");
    for precompile in PRECOMPILES {
        golden.chain.remove_precompile(precompile);
    }
    let call = golden.call();
    for calldata in [call.verify(), call.check()] {
        let outcome = golden.chain.call(golden.contract, calldata);
        assert!(!outcome.succeeded && !outcome.output.starts_with(&Refused::SELECTOR));
    }
}
