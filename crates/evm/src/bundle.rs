//! A statement and its proof as JSON: the output of `zklens evm prove`, for contracts and their tests.

use crate::abi::{self, AbiError};
use crate::gas::{calldata_gas, floor_gas};
use alloy_primitives::hex;
use serde::{Deserialize, Serialize};
use zklens_commitment::VerifierSetup;
use zklens_verifier::{Statement, VerifyingKey};

/// A statement and its proof in one flat object, which Foundry reads field by field: `vm.parseJsonBytes(json,
/// ".calldata")`.
///
/// Bytes are hexadecimal digits after `0x`. Only the context can depend on a chain.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ProofBundle {
    /// The model's name.
    pub model: String,
    /// The model, as the contract's `modelId` gives it.
    pub model_id: String,
    /// For each image, its label.
    pub labels: Vec<usize>,
    /// For each image, the name of its label.
    pub classes: Vec<String>,
    /// The 32 bytes that the proof is bound to.
    pub context: String,
    /// The points of the input commitments, one after the other.
    pub inputs: String,
    /// The digest of the statement, with which the transcript begins.
    pub statement_digest: String,
    /// `abi.encode(modelId, context, labels, inputs)`.
    pub public_values: String,
    /// The proof's tape.
    pub proof: String,
    /// A call of `verify`, with its selector.
    pub calldata: String,
    /// The length of the calldata in bytes.
    pub calldata_bytes: usize,
    /// The gas of the calldata itself (EIP-2028); execution comes on top.
    pub calldata_gas: u64,
    /// The least gas of a transaction with this calldata (EIP-7623); the 21,000 of every transaction come on top.
    pub floor_gas: u64,
}

impl ProofBundle {
    /// The bundle of a statement and its proof. Nothing is verified.
    ///
    /// # Errors
    ///
    /// A label has more than 16 bits.
    pub fn new(
        setup: &VerifierSetup,
        key: &VerifyingKey,
        statement: &Statement,
        proof: &[u8],
    ) -> Result<Self, AbiError> {
        let calldata = abi::calldata(statement, proof)?;
        let class = |label: &usize| key.classes().get(*label).cloned().unwrap_or_default();
        Ok(Self {
            model: key.name().to_owned(),
            model_id: hex::encode_prefixed(statement.model.0),
            labels: statement.labels.clone(),
            classes: statement.labels.iter().map(class).collect(),
            context: hex::encode_prefixed(statement.context),
            inputs: hex::encode_prefixed(abi::inputs(statement)),
            statement_digest: hex::encode_prefixed(statement.digest(setup)),
            public_values: hex::encode_prefixed(abi::public_values(statement)?),
            proof: hex::encode_prefixed(proof),
            calldata_bytes: calldata.len(),
            calldata_gas: calldata_gas(&calldata),
            floor_gas: floor_gas(&calldata),
            calldata: hex::encode_prefixed(calldata),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use zklens_verifier::ProofFile;

    fn bundle() -> (ProofBundle, ProofFile) {
        let key = include_bytes!("../../../vectors/proofs/v1/mnist-cnn.zkk");
        let proof = include_bytes!("../../../vectors/proofs/v1/mnist-cnn.zkp");
        let key = VerifyingKey::decode(key).unwrap();
        let proof = ProofFile::decode(proof).unwrap();
        let setup = VerifierSetup::decode(&zklens_setup::TAU_G2).unwrap();
        let bundle = ProofBundle::new(&setup, &key, &proof.statement, &proof.proof).unwrap();
        (bundle, proof)
    }

    #[test]
    fn its_calldata_is_its_statement_and_proof() {
        let (bundle, proof) = bundle();
        let calldata = hex::decode(&bundle.calldata).unwrap();
        let decoded = abi::decode(proof.statement.model, &calldata).unwrap();
        assert_eq!(decoded, (proof.statement, proof.proof));
        assert_eq!(bundle.calldata_bytes, calldata.len());
        assert_eq!(bundle.calldata_gas, calldata_gas(&calldata));
        assert!(bundle.floor_gas > bundle.calldata_gas);
    }

    #[test]
    fn its_json_is_flat_and_can_be_read_back() {
        let (bundle, proof) = bundle();
        let json = serde_json::to_value(&bundle).unwrap();
        let expected = [
            "calldata",
            "calldataBytes",
            "calldataGas",
            "classes",
            "context",
            "floorGas",
            "inputs",
            "labels",
            "model",
            "modelId",
            "proof",
            "publicValues",
            "statementDigest",
        ];
        let fields = json.as_object().unwrap();
        let mut names: Vec<&String> = fields.keys().collect();
        names.sort();
        assert_eq!(names, expected);
        assert_eq!(json["model"], "mnist-cnn");
        assert_eq!(json["modelId"], format!("0x{}", proof.statement.model));
        assert_eq!(json["classes"].as_array().unwrap().len(), 1);
        let back: ProofBundle = serde_json::from_value(json).unwrap();
        assert_eq!(back, bundle);
    }
}
