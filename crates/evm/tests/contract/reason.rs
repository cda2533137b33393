//! Which of the contract's reasons is which of our errors.

use crate::common::{Outcome, SETUP};
use crate::golden::{Call, Golden};
use alloy_sol_types::{SolError, sol};
use zklens_commitment::OpeningError;
use zklens_evm::abi::{AbiError, decode};
use zklens_layers::LayerError;
use zklens_transcript::TapeError;
use zklens_verifier::{VerifyError, verify};

sol! {
    /// `ModelVerifier.Reason`.
    #[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
    enum Reason {
        None, Batch, Label, InputLength, InputPoint, ProofLength, Scalar, Point, Challenges, False
    }

    #[derive(Debug)]
    error Refused(Reason reason);
}

/// Why the contract's `check` refused.
pub(crate) fn of_contract(outcome: &Outcome) -> Reason {
    if outcome.succeeded {
        assert!(outcome.output.is_empty());
        return Reason::None;
    }
    let refused = Refused::abi_decode_validate(&outcome.output);
    let refused = refused.unwrap_or_else(|error| panic!("{error}: {outcome:?}"));
    assert_ne!(refused.reason, Reason::None);
    refused.reason
}

/// Why the native verifier refuses, in the contract's words.
///
/// If several things are wrong the two may name different ones: the contract looks at them in the order
/// of [`Reason`], and natively the proof's are found in the order of the tape.
pub(crate) fn of_native(golden: &Golden, call: &Call) -> Reason {
    let verdict = native(golden, call);
    if call.labels.len() != golden.images() {
        // The native verifier makes a plan for any number of images, a contract's key has some.
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

fn of_verify(error: VerifyError) -> Reason {
    match error {
        VerifyError::Inputs { .. } => Reason::InputLength,
        VerifyError::Statement(LayerError::Label { .. }) => Reason::Label,
        VerifyError::Tape(error) | VerifyError::Opening(OpeningError::Tape(error)) => {
            of_tape(error)
        }
        VerifyError::Opening(OpeningError::Challenges) => Reason::Challenges,
        VerifyError::Opening(OpeningError::Refused) => Reason::False,
        error => panic!("no call is to blame for it: {error}"),
    }
}

fn of_tape(error: TapeError) -> Reason {
    match error {
        TapeError::Truncated { .. } | TapeError::Trailing { .. } => Reason::ProofLength,
        TapeError::NonCanonical { .. } => Reason::Scalar,
        TapeError::OffCurve { .. } => Reason::Point,
        error => panic!("another error of tapes: {error}"),
    }
}
