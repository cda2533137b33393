//! A proof from a stranger, of a statement that has one: no tape but that one is accepted.
#![no_main]

use libfuzzer_sys::fuzz_target;
use std::sync::LazyLock;
use zklens_commitment::VerifierSetup;
use zklens_verifier::{ProofFile, VerifyingKey, verify};

static SETUP: LazyLock<VerifierSetup> =
    LazyLock::new(|| VerifierSetup::decode(&zklens_setup::TAU_G2).expect("a point"));
static KEY: LazyLock<VerifyingKey> = LazyLock::new(|| {
    let file = include_bytes!("../../vectors/proofs/v1/smallest.zkk");
    VerifyingKey::decode(file).expect("a golden key")
});
static PROOF: LazyLock<ProofFile> = LazyLock::new(|| {
    let file = include_bytes!("../../vectors/proofs/v1/smallest.zkp");
    ProofFile::decode(file).expect("a golden proof")
});

fuzz_target!(|bytes: &[u8]| {
    // Of a proof file, the tape; of anything else, all of it.
    let file = ProofFile::decode(bytes);
    let tape = file.as_ref().map_or(bytes, |file| &file.proof);
    let verified = verify(&SETUP, &KEY, PROOF.statement.clone(), tape);
    assert_eq!(verified.is_ok(), tape == PROOF.proof);
});
