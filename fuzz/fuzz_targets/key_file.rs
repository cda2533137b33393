//! A verifying key from a stranger: what decodes encodes to the same bytes, and any proof of it can be
//! refused.
#![no_main]

use libfuzzer_sys::fuzz_target;
use std::sync::LazyLock;
use zklens_commitment::VerifierSetup;
use zklens_verifier::{Statement, VerifyingKey, verify};

static SETUP: LazyLock<VerifierSetup> =
    LazyLock::new(|| VerifierSetup::decode(&zklens_setup::TAU_G2).expect("a point"));

fuzz_target!(|bytes: &[u8]| {
    let Ok(key) = VerifyingKey::decode(bytes) else {
        return;
    };
    assert_eq!(key.encode(), bytes);
    let statement = Statement {
        model: key.id(),
        labels: vec![0],
        inputs: vec![Vec::new()],
        context: [0; 32],
    };
    assert!(verify(&SETUP, &key, statement, &[0; 1 << 12]).is_err());
});
