//! The arguments of a contract's `verify` and `check`.

use alloy_sol_types::SolCall;
use zklens_evm::abi::{self, IModelVerifier};
use zklens_verifier::Statement;

/// The arguments that a caller gives a contract. They need not make a statement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Call {
    pub(crate) context: [u8; 32],
    pub(crate) labels: Vec<u16>,
    pub(crate) inputs: Vec<u8>,
    pub(crate) proof: Vec<u8>,
}

impl Call {
    pub(crate) fn new(statement: &Statement, proof: &[u8]) -> Self {
        let labels = statement.labels.iter();
        Self {
            context: statement.context,
            labels: labels.map(|label| u16::try_from(*label).unwrap()).collect(),
            inputs: abi::inputs(statement),
            proof: proof.to_vec(),
        }
    }

    /// The arguments of a call of `verify`, in any encoding of them.
    pub(crate) fn decode(calldata: &[u8]) -> Option<Self> {
        let call = IModelVerifier::verifyCall::abi_decode(calldata).ok()?;
        Some(Self {
            context: call.context.0,
            labels: call.labels,
            inputs: call.inputs.to_vec(),
            proof: call.proof.to_vec(),
        })
    }

    pub(crate) fn verify(&self) -> Vec<u8> {
        let call = IModelVerifier::verifyCall {
            context: self.context.into(),
            labels: self.labels.clone(),
            inputs: self.inputs.clone().into(),
            proof: self.proof.clone().into(),
        };
        call.abi_encode()
    }

    pub(crate) fn check(&self) -> Vec<u8> {
        let call = IModelVerifier::checkCall {
            context: self.context.into(),
            labels: self.labels.clone(),
            inputs: self.inputs.clone().into(),
            proof: self.proof.clone().into(),
        };
        call.abi_encode()
    }
}
