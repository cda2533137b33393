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
use zklens_layers::Plan;
use zklens_layers::plan::DEGREE;

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

/// Shows a proof to a contract, which has to give the native verifier's verdict.
pub(crate) fn agrees(
    setup: &VerifierSetup,
    key: &VerifyingKey,
    statement: &Statement,
    proof: &[u8],
    said: Option<VerifyError>,
) {
    // A caller cannot tell a contract which model it is for.
    assert_eq!(statement.model, key.id());
    let images = statement.labels.len();
    let bytes = match contract_key(key, setup, &[images]) {
        Ok(bytes) => bytes,
        // A contract needs logits that are channels; only hostile keys have others.
        Err(ExportError::Logits) => return,
        Err(error) => panic!("{error}"),
    };
    let reason = show(bytes, statement, proof);
    let expected = match said {
        None => Reason::None,
        // Natively a tape is read up to its first fault, whatever its length.
        Some(VerifyError::Tape(_)) if proof.len() != tape_length(key, images) => {
            Reason::ProofLength
        }
        Some(error) => of_verify(error),
    };
    assert_eq!(reason, expected);
}

/// Bytes of a proof: points of witness, helpers and opening; scalars of rounds, columns and opening.
fn tape_length(key: &VerifyingKey, images: usize) -> usize {
    let plan = Plan::new(key.circuit(), key.columns(), images).expect("a number of images");
    let points = plan.rows.witness.len() + plan.rows.helpers.len() + 4;
    POINT_BYTES * points + SCALAR_BYTES * (DEGREE * plan.num_vars + plan.num_values() + 1)
}
