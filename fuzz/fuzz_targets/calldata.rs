//! Calldata of a contract's `verify`. Decoded calldata encodes to the same bytes, and only the call
//! with the golden proof is accepted.
//!
//! An input is read twice: as calldata, and as changes of single bytes of the true calldata, which
//! keep its layout.
#![no_main]

use std::sync::LazyLock;
use zklens_evm::abi::{calldata, check_calldata, decode, public_values};
use zklens_fuzz::{MIB, SETUP, door};
use zklens_verifier::{ProofFile, VerifyingKey, verify};

static KEY: LazyLock<VerifyingKey> = LazyLock::new(|| {
    let file = include_bytes!("../../vectors/proofs/v1/smallest.zkk");
    VerifyingKey::decode(file).expect("a golden key")
});
static TRUE: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let file = include_bytes!("../../vectors/proofs/v1/smallest.zkp");
    let file = ProofFile::decode(file).expect("a golden proof");
    calldata(&file.statement, &file.proof).expect("a label of 16 bits")
});

door!(256 * MIB, |bytes| {
    check(bytes);
    check(&changed(bytes));
});

fn check(bytes: &[u8]) {
    let Ok((statement, proof)) = decode(KEY.id(), bytes) else {
        assert_ne!(bytes, *TRUE, "the golden call is refused");
        return;
    };
    assert_eq!(calldata(&statement, &proof).as_deref(), Ok(bytes));
    // `check` takes the same arguments, and a call with a statement alone takes a part of them.
    let check = check_calldata(&statement, &proof).expect("the same labels");
    assert_eq!(check[4..], bytes[4..]);
    assert!(public_values(&statement).is_ok());
    let verified = verify(&SETUP, &KEY, statement, &proof);
    assert_eq!(verified.is_ok(), bytes == *TRUE);
}

/// The true call after changes. Three bytes of the input make a change: a position, high byte
/// first, and the new byte.
fn changed(changes: &[u8]) -> Vec<u8> {
    let mut call = TRUE.clone();
    let (changes, _) = changes.as_chunks::<3>();
    for [high, low, byte] in changes.iter().take(8) {
        let place = usize::from(u16::from_be_bytes([*high, *low])) % call.len();
        call[place] = *byte;
    }
    call
}
