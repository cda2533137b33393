//! One contract for each key and number of images.

use crate::chain::Chain;
use crate::chain::call::Call;
use crate::chain::reason::{Reason, of_contract, of_verify};
use crate::native::{Statement, VerifyError, VerifyingKey};
use revm::primitives::Address;
use std::cell::RefCell;
use std::collections::BTreeMap;
use zklens_commitment::VerifierSetup;
use zklens_evm::{ExportError, contract_key};
use zklens_field::{POINT_BYTES, SCALAR_BYTES};
use zklens_layers::Layout;
use zklens_layers::layout::DEGREE;

thread_local! {
    /// Those that were deployed for one test.
    static DEPLOYED: RefCell<BTreeMap<Vec<u8>, (Chain, Address)>> = const { RefCell::new(BTreeMap::new()) };
}

/// The verdict on a proof of the contract with this key.
fn show(key: Vec<u8>, statement: &Statement, proof: &[u8]) -> Reason {
    DEPLOYED.with_borrow_mut(|deployed| {
        let (chain, contract) = deployed.entry(key).or_insert_with_key(|key| {
            let mut chain = Chain::new();
            let contract = chain.deploy_verifier(key);
            (chain, contract)
        });
        of_contract(&chain.call(*contract, Call::new(statement, proof).check()))
    })
}

/// A contract's view of a proof.
pub(crate) struct Seen {
    /// `None` if a contract cannot have the key.
    reason: Option<Reason>,
    /// Whether the tape is as long as the key says.
    is_of_length: bool,
}

impl Seen {
    /// Shows a proof to a contract with this key.
    pub(crate) fn of(
        setup: &VerifierSetup,
        key: &VerifyingKey,
        statement: &Statement,
        proof: &[u8],
    ) -> Self {
        // A caller cannot tell a contract which model it is for.
        assert_eq!(statement.model, key.id());
        let images = statement.labels.len();
        let reason = match contract_key(key, setup, &[images]) {
            Ok(bytes) => Some(show(bytes, statement, proof)),
            // A contract needs logits that are channels; only hostile keys have others.
            Err(ExportError::Logits) => None,
            Err(error) => panic!("{error}"),
        };
        let is_of_length = proof.len() == tape_length(key, images);
        Self {
            reason,
            is_of_length,
        }
    }

    /// Checks that the native verifier gives the contract's verdict, for the same reason.
    pub(crate) fn agrees(&self, said: Option<VerifyError>) {
        let expected = match said {
            None => Reason::None,
            // Natively a tape is read up to its first fault, whatever its length.
            Some(VerifyError::Tape(_)) if !self.is_of_length => Reason::ProofLength,
            Some(error) => of_verify(error),
        };
        assert_eq!(self.reason.unwrap_or(expected), expected);
    }
}

/// Bytes of a proof: points of witness, helpers and opening; scalars of rounds, columns and opening.
fn tape_length(key: &VerifyingKey, images: usize) -> usize {
    let layout = Layout::new(key.circuit(), key.columns(), images).expect("a number of images");
    let points = layout.vectors.witness.len() + layout.vectors.helpers.len() + 4;
    POINT_BYTES * points + SCALAR_BYTES * (DEGREE * layout.num_vars + layout.num_values() + 1)
}
