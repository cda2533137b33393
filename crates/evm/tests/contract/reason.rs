//! The native verifier's verdict on a call, in the contract's words.

use crate::common::SETUP;
use crate::common::call::Call;
use crate::common::reason::{Reason, of_verify};
use crate::golden::Golden;
use zklens_evm::abi::{AbiError, decode};
use zklens_verifier::{VerifyError, verify};

/// The native verifier's reason to refuse, in the contract's words.
///
/// If a call has several faults, the two may name different ones: the contract looks for them in the order of [`Reason`],
/// and the native verifier finds those of a proof in the order of the tape.
pub(crate) fn of_native(golden: &Golden, call: &Call) -> Reason {
    let verdict = native(golden, call);
    if call.labels.len() != golden.images() {
        // The native verifier makes a layout for any number of images, a contract's key has some.
        assert!(verdict.is_err(), "a proof of another number of images");
        return Reason::Batch;
    }
    match verdict {
        Ok(()) => Reason::None,
        Err(Native::Abi(error)) => of_abi(error),
        Err(Native::Verify(error)) => of_verify(error),
    }
}

#[derive(Debug)]
enum Native {
    Abi(AbiError),
    Verify(VerifyError),
}

fn native(golden: &Golden, call: &Call) -> Result<(), Native> {
    let (statement, proof) = decode(golden.key.id(), &call.verify()).map_err(Native::Abi)?;
    let verified = verify(SETUP.verifier(), &golden.key, statement, &proof);
    verified.map(drop).map_err(Native::Verify)
}

fn of_abi(error: AbiError) -> Reason {
    match error {
        AbiError::Inputs { .. } => Reason::InputLength,
        AbiError::Point { .. } => Reason::InputPoint,
        error => panic!("a call of ours: {error}"),
    }
}
