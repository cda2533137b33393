//! Verifies core and compressed proofs.

use crate::failure;
use bincode::Options;
use sp1_sdk::blocking::{Prover, ProverClient};
use sp1_sdk::{
    SP1_CIRCUIT_VERSION, SP1Proof, SP1ProofWithPublicValues, SP1PublicValues, SP1VerifyingKey,
};
use std::panic::{AssertUnwindSafe, catch_unwind};
use zklens_sp1::protocol::{Failure, System};

/// Verifies that the program with this verifying key, run on some inputs, ended with exit code 0 and wrote these public
/// values. Returns `None` if the proof is true, else the reason why it is false.
pub(crate) fn verify(
    key: &SP1VerifyingKey,
    system: System,
    public_values: &[u8],
    bytes: &[u8],
) -> Result<Option<String>, Failure> {
    let proof = match decode(system, bytes) {
        Ok(proof) => proof,
        Err(why) => return Ok(Some(why)),
    };
    let bundle = SP1ProofWithPublicValues::new(
        proof,
        SP1PublicValues::from(public_values),
        SP1_CIRCUIT_VERSION.to_owned(),
    );
    let client = ProverClient::builder().light().build();
    // A malformed proof may make SP1 panic, which also means that the proof is false.
    let verified = catch_unwind(AssertUnwindSafe(|| client.verify(&bundle, key, None)));
    Ok(match verified {
        Ok(Ok(())) => None,
        Ok(Err(error)) => Some(error.to_string()),
        Err(_) => Some("the proof is malformed".into()),
    })
}

/// SP1's encoding of a proof.
pub(crate) fn encode(proof: &SP1Proof) -> Result<Vec<u8>, Failure> {
    options()
        .serialize(proof)
        .map_err(|error| failure::engine(error.to_string()))
}

/// Decodes a proof, which must be of the kind `system`. The error is the reason why it is not.
fn decode(system: System, bytes: &[u8]) -> Result<SP1Proof, String> {
    let limited = options().with_limit(bytes.len() as u64);
    let proof = catch_unwind(|| limited.deserialize(bytes))
        .map_err(|_| "the proof is malformed".to_owned())?
        .map_err(|error| format!("the proof is malformed: {error}"))?;
    match (system, &proof) {
        (System::Core, SP1Proof::Core(_)) | (System::Compressed, SP1Proof::Compressed(_)) => {
            Ok(proof)
        }
        _ => Err("the proof is not of the kind that the file says".into()),
    }
}

fn options() -> impl Options {
    bincode::DefaultOptions::new()
        .with_fixint_encoding()
        .reject_trailing_bytes()
}
