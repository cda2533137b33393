//! A contract's reasons to refuse, and its reason for each of the native errors.

use super::Outcome;
use alloy_sol_types::{SolError, sol};
use zklens_commitment::OpeningError;
use zklens_layers::LayerError;
use zklens_transcript::TapeError;
use zklens_verifier::VerifyError;

sol! {
    /// `ModelVerifier.Reason`.
    #[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
    enum Reason {
        None, Batch, Label, InputLength, InputPoint, ProofLength, Scalar, Point, Challenges, False
    }

    #[derive(Debug)]
    error Refused(Reason reason);
}

/// The reason with which the contract's `check` refused.
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

/// The contract's reason for an error of the native verifier.
pub(crate) fn of_verify(error: VerifyError) -> Reason {
    match error {
        VerifyError::Inputs { .. } => Reason::InputLength,
        VerifyError::Statement(LayerError::Label { .. }) => Reason::Label,
        VerifyError::Tape(error) => of_tape(error),
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
