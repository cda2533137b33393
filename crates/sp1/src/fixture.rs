//! A proof as JSON, for contracts and their tests.

use crate::{Network, ProofFile, StatementError};
use data_encoding::HEXLOWER;
use serde::{Deserialize, Serialize};

/// A statement and its proof, flat: `vm.parseJsonBytes(json, ".proof")` and its like read every field.
///
/// Bytes are hexadecimal digits after `0x`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Fixture {
    /// `ipfs://` and the image file's CID.
    pub ipfs_uri: String,
    /// The number of the class.
    pub label: u16,
    /// The digest of the network, where it is not part of the program.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub model_digest: Option<String>,
    /// The program's verifying key.
    pub program_vkey: String,
    /// What the program wrote: `abi.encode` of a struct with the fields above.
    pub public_values: String,
    /// What SP1's contracts verify; empty if nobody proved.
    pub proof: String,
    /// Whether nobody proved. Left away where somebody did.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub mock: bool,
}

impl Fixture {
    /// The fixture of a proof. Nothing is verified.
    ///
    /// # Errors
    ///
    /// No program of this zklens says what is in the file.
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
    fn a_fixture_has_the_fields_that_tests_of_contracts_read() {
        let values = PublicValues {
            ipfs_uri: ADDRESS.into(),
            label: 7,
        };
        let file = file(zklens_models::ALL[0].name, values.encode());
        let json = serde_json::to_value(Fixture::of(&file).unwrap()).unwrap();
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
    fn a_fixture_names_the_network_where_the_program_does_not() {
        let values = ModelPublicValues {
            model_digest: [9; 32],
            ipfs_uri: ADDRESS.into(),
            label: 300,
        };
        let fixture = Fixture::of(&file(Program::ANY_MODEL, values.encode())).unwrap();
        assert_eq!(fixture.model_digest, Some(hex(&[9; 32])));
        assert_eq!(fixture.label, 300);
    }
}
