//! The malicious provers before the contract: every proof, also a true one, that a test of `crates/prover/tests/liars` shows
//! the native verifier is shown to a deployed contract with the same key. Its verdict and reason must be the same.
//!
//! The modules at `../../../prover` are those files. Their `zklens_verifier` is this program: its [`verify`] asks both.

extern crate self as zklens_verifier;
extern crate zklens_verifier as native;

#[path = "../common/mod.rs"]
mod chain;
#[path = "../../../prover/tests/common/mod.rs"]
mod common;
mod contract;

// Parts of a lie.
#[path = "../../../prover/tests/liars/case.rs"]
mod case;
#[path = "../../../prover/tests/liars/columns.rs"]
mod columns;
#[path = "../../../prover/tests/liars/models.rs"]
mod models;
#[path = "../../../prover/tests/liars/network.rs"]
mod network;
#[path = "../../../prover/tests/liars/prover.rs"]
mod prover;
#[path = "../../../prover/tests/liars/rules.rs"]
mod rules;
#[path = "../../../prover/tests/liars/summand.rs"]
mod summand;

// The lies.
#[path = "../../../prover/tests/liars/activation.rs"]
mod activation;
#[path = "../../../prover/tests/liars/batch.rs"]
mod batch;
#[path = "../../../prover/tests/liars/column_values.rs"]
mod column_values;
#[path = "../../../prover/tests/liars/honest.rs"]
mod honest;
#[path = "../../../prover/tests/liars/hostile.rs"]
mod hostile;
#[path = "../../../prover/tests/liars/lookup.rs"]
mod lookup;
#[path = "../../../prover/tests/liars/numbers.rs"]
mod numbers;
#[path = "../../../prover/tests/liars/opening.rs"]
mod opening;
#[path = "../../../prover/tests/liars/p_relu.rs"]
mod p_relu;
#[path = "../../../prover/tests/liars/pixels.rs"]
mod pixels;
#[path = "../../../prover/tests/liars/pool.rs"]
mod pool;
#[path = "../../../prover/tests/liars/saturation.rs"]
mod saturation;
#[path = "../../../prover/tests/liars/weights.rs"]
mod weights;
#[path = "../../../prover/tests/liars/wires.rs"]
mod wires;

pub(crate) use native::*;

use zklens_commitment::VerifierSetup;

/// [`native::verify`], with which a contract agrees.
///
/// # Panics
///
/// The contract says something else.
pub(crate) fn verify(
    setup: &VerifierSetup,
    key: &VerifyingKey,
    statement: Statement,
    proof: &[u8],
) -> Result<Verified, VerifyError> {
    let seen = contract::Seen::of(setup, key, &statement, proof);
    let verdict = native::verify(setup, key, statement, proof);
    seen.agrees(verdict.clone().err());
    verdict
}

/// A malicious prover that is not listed above is tested against the native verifier alone.
#[test]
fn every_native_liar_is_here() {
    use std::{fs, path::Path};
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    let here = include_str!("main.rs");
    let liars = folder.join("../prover/tests/liars");
    let files = fs::read_dir(liars).unwrap();
    let names = files.map(|file| file.unwrap().file_name().into_string().unwrap());
    let is_missing = |name: &String| !here.contains(&format!("/prover/tests/liars/{name}\"]"));
    let missing: Vec<String> = names
        .filter(|name| name != "main.rs" && is_missing(name))
        .collect();
    assert_eq!(missing, [""; 0], "modules to add to tests/liars/main.rs");
}
