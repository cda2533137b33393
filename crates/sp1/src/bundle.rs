//! A statement and its proof as JSON: the output of `zklens evm prove --engine sp1`, for contracts and their tests.

use crate::{Network, ProofFile, StatementError};
use data_encoding::HEXLOWER;
use serde::{Deserialize, Serialize};

/// A statement and its proof in one flat object, which Foundry reads field by field: `vm.parseJsonBytes(json, ".proof")`.
///
/// Bytes are hexadecimal digits after `0x`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ProofBundle {
    /// `ipfs://` and the image file's CID.
    pub ipfs_uri: String,
    /// The number of the class.
    pub label: u16,
    /// The digest of the network, where it is not part of the program.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub model_digest: Option<String>,
    /// The program's verifying key.
    pub program_vkey: String,
    /// The program's output: `abi.encode` of a struct with model digest (if there is one), IPFS URI and label.
    pub public_values: String,
    /// The proof for SP1's verifier contracts; empty for a mock.
    pub proof: String,
    /// Whether this is a mock, which proves nothing. Absent from the JSON of a real proof.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub mock: bool,
}

impl ProofBundle {
    /// The bundle of a proof file. Nothing is verified.
    ///
    /// # Errors
    ///
    /// The file's program or its public values are not those of this zklens.
    pub fn of(file: &ProofFile) -> Result<Self, StatementError> {
        let statement = file.claim()?;
        Ok(Self {
            ipfs_uri: statement.ipfs_uri,
            label: statement.label,
            model_digest: match statement.network {
                Network::Shipped(_) => None,
                Network::Digest(digest) => Some(hex(&digest)),
            },
            program_vkey: hex(&file.vkey),
            public_values: hex(&file.public_values),
            proof: hex(&file.proof),
            mock: file.mock,
        })
    }
}

fn hex(bytes: &[u8]) -> String {
    format!("0x{}", HEXLOWER.encode(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::System;
    use crate::{Program, SP1_CIRCUITS};
    use zklens_sp1_program::{ModelPublicValues, PublicValues};

    const ADDRESS: &str = "ipfs://QmWjtPo46BPrRdWQTPgXVbet1mwa29XrzznEWnVBgqUX9V";

    fn file(program: &str, public_values: Vec<u8>) -> ProofFile {
        ProofFile {
            vkey: Program::find(program).unwrap().vkey,
            system: System::Groth16,
            mock: false,
            sp1_version: SP1_CIRCUITS.into(),
            public_values,
            proof: vec![0xab, 0xcd],
        }
    }

    #[test]
    fn a_bundle_has_the_fields_that_tests_of_contracts_read() {
        let values = PublicValues {
            ipfs_uri: ADDRESS.into(),
            label: 7,
        };
        let file = file(zklens_models::ALL[0].name, values.encode());
        let json = serde_json::to_value(ProofBundle::of(&file).unwrap()).unwrap();
        let expected = serde_json::json!({
            "ipfsUri": ADDRESS,
            "label": 7,
            "programVkey": hex(&file.vkey),
            "publicValues": hex(&values.encode()),
            "proof": "0xabcd",
        });
        assert_eq!(json, expected);
    }

    #[test]
    fn a_bundle_names_the_network_where_the_program_does_not() {
        let values = ModelPublicValues {
            model_digest: [9; 32],
            ipfs_uri: ADDRESS.into(),
            label: 300,
        };
        let bundle = ProofBundle::of(&file(Program::ANY_MODEL, values.encode())).unwrap();
        assert_eq!(bundle.model_digest, Some(hex(&[9; 32])));
        assert_eq!(bundle.label, 300);
    }
}
