//! A call with too little gas fails, and gives no verdict.

use crate::common::call::Call;
use crate::common::reason::{Reason, Refused};
use crate::golden::Golden;
use alloy_sol_types::SolError;
use revm::primitives::{Address, U256};
use std::ops::Range;

/// A contract that calls another with a given amount of gas. Its input is gas, address and calldata; its output is whether
/// the call succeeded, and the call's output.
#[rustfmt::skip]
const FORWARDER: [u8; 32] = [
    0x60, 0x40, 0x36, 0x03,             // calldatasize − 64
    0x80, 0x60, 0x40, 0x5f, 0x37,       // calldatacopy(0, 64, calldatasize − 64)
    0x5f, 0x5f, 0x91, 0x5f,
    0x60, 0x20, 0x35, 0x5f, 0x35, 0xfa, // staticcall(gas, address, 0, calldatasize − 64, 0, 0)
    0x5f, 0x52,                         // mstore(0, success)
    0x3d, 0x5f, 0x60, 0x20, 0x3e,       // returndatacopy(32, 0, returndatasize)
    0x3d, 0x60, 0x20, 0x01, 0x5f, 0xf3, // return(0, 32 + returndatasize)
];

/// The number of gas limits tried below the gas that a call needs.
const STEPS: u64 = 40;

/// The least gas limit that is tried, or half of the needed gas if that is less.
const LEAST: u64 = 30_000;

/// The last part of a call's gas, with the opening, where limits are tried in smaller steps.
const OPENING: u64 = 300_000;

struct Limited {
    golden: Golden,
    forwarder: Address,
}

impl Limited {
    fn new() -> Self {
        let mut golden = Golden::load("smallest");
        Self {
            forwarder: golden.chain.deploy_code(&FORWARDER),
            golden,
        }
    }

    /// The output of a call with this gas if it succeeded, or the error it ended in.
    fn call(&mut self, gas: u64, calldata: &[u8]) -> Result<Vec<u8>, Vec<u8>> {
        let mut told = U256::from(gas).to_be_bytes::<32>().to_vec();
        told.extend(self.golden.contract.into_word());
        told.extend(calldata);
        let outcome = self.golden.chain.call(self.forwarder, told);
        assert!(outcome.succeeded, "{outcome:?}");
        let (success, output) = outcome.output.split_at(32);
        match success[31] {
            1 => Ok(output.to_vec()),
            _ => Err(output.to_vec()),
        }
    }

    /// The least gas with which a call succeeds.
    fn needed(&mut self, calldata: &[u8]) -> u64 {
        let (start, end) = (0, 10_000_000);
        let mut range = Range { start, end };
        assert!(self.call(range.end, calldata).is_ok());
        while range.end - range.start > 1 {
            let middle = range.start.midpoint(range.end);
            if self.call(middle, calldata).is_ok() {
                range.end = middle;
            } else {
                range.start = middle;
            }
        }
        range.end
    }

    /// Gas limits from the least to the needed one, in smaller steps over the last part.
    fn limits(&mut self, calldata: &[u8]) -> (Vec<u64>, u64) {
        let needed = self.needed(calldata);
        let between = |from: u64| {
            let step = move |step| from + (needed - from) * step / STEPS;
            (0..STEPS).map(step)
        };
        let limits = between(LEAST.min(needed / 2)).chain(between(needed.saturating_sub(OPENING)));
        (limits.chain([needed - 1]).collect(), needed)
    }
}

fn word(number: u8) -> Vec<u8> {
    U256::from(number).to_be_bytes::<32>().to_vec()
}

#[test]
fn a_true_proof_is_never_false_for_lack_of_gas() {
    let mut limited = Limited::new();
    let call = limited.golden.call();
    let (limits, needed) = limited.limits(&call.verify());
    for gas in limits {
        assert!(limited.call(gas, &call.verify()).is_err(), "{gas} gas");
    }
    assert_eq!(limited.call(needed, &call.verify()), Ok(word(1)));
    let (limits, needed) = limited.limits(&call.check());
    for gas in limits {
        let error = limited.call(gas, &call.check()).unwrap_err();
        assert!(!error.starts_with(&Refused::SELECTOR), "{gas} gas");
    }
    assert_eq!(limited.call(needed, &call.check()), Ok(Vec::new()));
}

fn never_true(limited: &mut Limited, call: &Call) {
    assert_ne!(limited.golden.show(call), Reason::None);
    let (limits, needed) = limited.limits(&call.verify());
    for gas in limits {
        let result = limited.call(gas, &call.verify());
        assert!(result.is_err(), "{gas} gas: {result:?}");
        let result = limited.call(gas, &call.check());
        assert!(result.is_err(), "{gas} gas: {result:?}");
    }
    assert_eq!(limited.call(needed, &call.verify()), Ok(word(0)));
}

#[test]
fn a_false_proof_is_never_true_for_lack_of_gas() {
    let mut limited = Limited::new();
    let honest = limited.golden.call();
    let messages = limited.golden.messages();
    // The opening's value, and a malformed point and scalar.
    let value = messages.iter().rfind(|message| !message.is_points).unwrap();
    let last = value.bytes.end - 1;
    for (byte, bit) in [(last, 1), (63, 1), (value.bytes.start, 0xff)] {
        let mut call = honest.clone();
        call.proof[byte] ^= bit;
        never_true(&mut limited, &call);
    }
    let mut call = honest;
    call.labels[0] ^= 1;
    never_true(&mut limited, &call);
}
