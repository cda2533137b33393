//! The contract that comes with zklens.

use alloy_primitives::hex;
use serde::Deserialize;

/// Compiled by `contracts/artifact.sh`.
const STORED_KEY_VERIFIER: &str =
    include_str!("../../../contracts/artifacts/StoredKeyVerifier.json");

#[derive(Deserialize)]
struct Artifact<'a> {
    bytecode: &'a str,
}

/// The creation code of `contracts/src/verifier/StoredKeyVerifier.sol`, which verifies proofs about any
/// model: its constructor takes a [`crate::contract_key`].
///
/// # Panics
///
/// Never: a test reads the file.
#[must_use]
pub fn stored_key_verifier() -> Vec<u8> {
    let artifact: Artifact<'_> =
        serde_json::from_str(STORED_KEY_VERIFIER).expect("the artifact is JSON");
    hex::decode(artifact.bytecode).expect("the bytecode is hexadecimal")
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
