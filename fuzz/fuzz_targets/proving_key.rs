//! Proving keys. A decoded key of the version that is written encodes to the same bytes, and so does its verifying key. A key
//! of the first version becomes one of the other.
//!
//! An input is read twice: as a key file; and as a model file or the contents of one. For this
//! model a correct key file of the first version is made, except that its blindings are bytes of the input.
#![no_main]

use std::sync::LazyLock;
use zklens_commitment::{Setup, VectorLength};
use zklens_fuzz::{MIB, door, model};
use zklens_layers::{Circuit, Layout};
use zklens_model::{FILE_VERSION, Model};
use zklens_prover::{PROVING_KEY_MAGIC, ProvingKey};
use zklens_verifier::VerifyingKey;

/// The columns of the keys made here, few for speed.
const COLUMNS: u16 = 1024;

static SETUP: LazyLock<Setup> = LazyLock::new(|| {
    let string = &zklens_setup::STRING[..(usize::from(COLUMNS) + 1) * 64];
    Setup::decode(string, &zklens_setup::TAU_G2).expect("the shipped setup")
});

door!(256 * MIB, |bytes| {
    check(bytes);
    if let Some(file) = around(&model::wrapped(bytes, FILE_VERSION), bytes) {
        check(&file);
    }
});

fn check(file: &[u8]) {
    let Ok(key) = ProvingKey::decode(&SETUP, file) else {
        return;
    };
    let written = key.encode();
    if file.get(4) != Some(&1) {
        assert!(written == file, "a second file for one key");
    }
    let verifying = key.verifying();
    let again = ProvingKey::decode(&SETUP, &written);
    assert!(again.is_ok_and(|again| again.verifying() == verifying));
    assert_eq!(
        VerifyingKey::decode(&verifying.encode()).as_ref(),
        Ok(verifying)
    );
}

/// A key file of a model in the first version, whose blindings repeat the bytes of the input.
fn around(model: &[u8], bytes: &[u8]) -> Option<Vec<u8>> {
    let circuit = Circuit::compile(&Model::decode(model).ok()?).ok()?;
    let columns = VectorLength::new(COLUMNS.into())?;
    let rows = Layout::new(&circuit, columns, 1)
        .ok()?
        .vectors
        .weights
        .len();
    let mut file = PROVING_KEY_MAGIC.to_vec();
    file.extend(1_u16.to_le_bytes());
    file.extend(COLUMNS.to_le_bytes());
    file.extend((model.len() as u64).to_le_bytes());
    file.extend(model);
    for _ in 0..rows {
        // A first byte of zero keeps the scalar below the modulus.
        file.push(0);
        file.extend(bytes.iter().rev().cycle().take(31));
    }
    Some(file)
}
