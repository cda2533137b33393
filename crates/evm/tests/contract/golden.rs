//! The golden proofs, each on its own chain with a contract for its number of images.

use crate::common::call::Call;
use crate::common::reason::{Reason, of_contract};
use crate::common::{Chain, SETUP};
use alloy_sol_types::SolCall;
use revm::primitives::Address;
use std::fs;
use std::ops::Range;
use std::path::Path;
use zklens_evm::abi::IModelVerifier;
use zklens_evm::contract_key;
use zklens_field::SCALAR_BYTES;
use zklens_testkit::recorder::{Event, record};
use zklens_transcript::{Label, labels};
use zklens_verifier::{ProofFile, Statement, VerifyingKey};

/// Files of `vectors/proofs/v1`, without their extensions.
pub(crate) const NAMES: [&str; 5] = [
    "smallest",
    "every-gadget",
    "fashion-mlp",
    "mnist-cnn",
    "mnist-cnn-batch",
];

pub(crate) struct Golden {
    pub(crate) chain: Chain,
    pub(crate) contract: Address,
    pub(crate) key: VerifyingKey,
    /// The contract's key.
    pub(crate) key_bytes: Vec<u8>,
    pub(crate) statement: Statement,
    pub(crate) proof: Vec<u8>,
}

impl Golden {
    pub(crate) fn load(name: &str) -> Self {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../vectors/proofs/v1");
        let read = |extension| fs::read(folder.join(name).with_extension(extension)).unwrap();
        let key = VerifyingKey::decode(&read("zkk")).unwrap();
        let file = ProofFile::decode(&read("zkp")).unwrap();
        let batches = [file.statement.labels.len()];
        let key_bytes = contract_key(&key, SETUP.verifier(), &batches).unwrap();
        let mut chain = Chain::new();
        Self {
            contract: chain.deploy_verifier(&key_bytes),
            chain,
            key,
            key_bytes,
            statement: file.statement,
            proof: file.proof,
        }
    }

    /// The call that is accepted.
    pub(crate) fn call(&self) -> Call {
        Call::new(&self.statement, &self.proof)
    }

    pub(crate) const fn images(&self) -> usize {
        self.statement.labels.len()
    }

    /// Shows a call to both functions of the contract, which must say the same.
    pub(crate) fn show(&mut self, call: &Call) -> Reason {
        let verify = self.chain.call(self.contract, call.verify());
        let check = self.chain.call(self.contract, call.check());
        let reason = of_contract(&check);
        assert!(verify.succeeded, "verify reverted: {verify:?}");
        let verdict = IModelVerifier::verifyCall::abi_decode_returns_validate(&verify.output);
        assert_eq!(verdict.unwrap(), reason == Reason::None, "{reason:?}");
        reason
    }

    /// The messages, in the order of the tape.
    pub(crate) fn messages(&self) -> Vec<Message> {
        let events = record(SETUP.verifier(), &self.key, &self.statement, &self.proof);
        let mut start = 0;
        let mut messages = Vec::new();
        for event in events.unwrap() {
            let Event::Message { label, words } = event else {
                continue;
            };
            let bytes = start..start + words.len() * SCALAR_BYTES;
            start = bytes.end;
            let is_points = is_points(label);
            messages.push(Message {
                label,
                bytes,
                is_points,
            });
        }
        assert_eq!(start, self.proof.len());
        messages
    }
}

/// One message on the tape.
#[derive(Clone, Debug)]
pub(crate) struct Message {
    pub(crate) label: Label,
    /// Its bytes on the tape.
    pub(crate) bytes: Range<usize>,
    pub(crate) is_points: bool,
}

fn is_points(label: Label) -> bool {
    [
        labels::WITNESS_ROWS,
        labels::HELPER_ROWS,
        labels::OPENING_PRODUCT,
        labels::OPENING_QUOTIENT,
        labels::OPENING_WITNESS,
    ]
    .contains(&label)
}
