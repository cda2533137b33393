//! The contract that comes with zklens.

use alloy_primitives::{Address, hex};
use serde::Deserialize;

/// Compiled by `contracts/artifact.sh`.
const STORED_KEY_VERIFIER: &str =
    include_str!("../../../contracts/artifacts/StoredKeyVerifier.json");

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Artifact<'a> {
    bytecode: &'a str,
    deployed_bytecode: &'a str,
    /// Offsets in the deployed code of the words of 32 bytes with the address of the key's contract.
    immutables: Vec<usize>,
}

impl Artifact<'_> {
    fn read() -> Self {
        serde_json::from_str(STORED_KEY_VERIFIER).expect("the artifact is JSON")
    }
}

/// The creation code of `contracts/src/verifier/StoredKeyVerifier.sol`, which verifies proofs about any
/// model: its constructor takes a [`crate::contract_key`].
///
/// # Panics
///
/// Never: a test reads the file.
#[must_use]
pub fn stored_key_verifier() -> Vec<u8> {
    hex::decode(Artifact::read().bytecode).expect("the bytecode is hexadecimal")
}

/// The address of the contract that holds the key, if `code` is that of a deployed `StoredKeyVerifier`.
///
/// # Panics
///
/// Never: a test reads the file.
#[must_use]
pub fn key_data_of(code: &[u8]) -> Option<Address> {
    let artifact = Artifact::read();
    let mut expected = hex::decode(artifact.deployed_bytecode).expect("the code is hexadecimal");
    let first = *artifact.immutables.first()?;
    let word = code.get(first..first + 32)?;
    for place in artifact.immutables {
        expected.get_mut(place..place + 32)?.copy_from_slice(word);
    }
    let (zeros, address) = word.split_at(32 - size_of::<Address>());
    let is_address = zeros.iter().all(|byte| *byte == 0);
    (is_address && expected == code).then(|| Address::from_slice(address))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_and_the_longest_key_fit_into_a_transaction() {
        // Of EIP-3860.
        const MAX_INITCODE_BYTES: usize = 49_152;
        let code = stored_key_verifier();
        assert_eq!(code[0], 0x60, "PUSH1");
        let arguments = (vec![0u8; crate::MAX_KEY_BYTES],);
        let arguments = alloy_sol_types::SolValue::abi_encode_params(&arguments);
        assert!(
            code.len() + arguments.len() <= MAX_INITCODE_BYTES,
            "{}",
            code.len()
        );
    }
}
