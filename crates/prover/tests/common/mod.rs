//! Keys, images and randomness for the tests of whole proofs.

#![allow(dead_code, reason = "each test uses a part")]

pub(crate) mod vectors;

use chacha20::ChaCha20Rng;
use rand_core::SeedableRng;
use std::sync::LazyLock;
use zklens_commitment::{Setup, VectorLength};
use zklens_layers::{Circuit, Layout};
use zklens_model::{Model, Pixels};
use zklens_prover::ProvingKey;

/// The shipped string.
pub(crate) fn setup() -> &'static Setup {
    static SETUP: LazyLock<Setup> = LazyLock::new(|| {
        let setup = Setup::decode(zklens_setup::STRING, &zklens_setup::TAU_G2);
        setup.expect("the shipped string is valid")
    });
    &SETUP
}

/// Randomness that is the same every time, which only tests may use.
pub(crate) fn rng(seed: u8) -> ChaCha20Rng {
    ChaCha20Rng::from_seed([seed; 32])
}

/// A key of a model with committed vectors of `count` cells, which a key file may choose.
pub(crate) fn key_with_columns(model: &Model, count: usize) -> ProvingKey {
    let circuit = Circuit::compile(model).expect("provable");
    let columns = VectorLength::new(count).expect("a length of rows");
    let layout = Layout::new(&circuit, columns, 1).expect("random cells fit");
    let blindings = vec![0; 32 * layout.vectors.weights.len()];
    let file = first_version(model, count, &blindings);
    let key = ProvingKey::decode(setup(), &file).expect("a key's file");
    assert_eq!(key.verifying().columns(), columns);
    key
}

/// A proving key's file in version 1, whose reader commits to the weights.
pub(crate) fn first_version(model: &Model, columns: usize, blindings: &[u8]) -> Vec<u8> {
    let model = model.encode();
    let columns = u16::try_from(columns).expect("a length of rows");
    let mut file = b"ZKLX\x01\x00".to_vec();
    file.extend(columns.to_le_bytes());
    file.extend((model.len() as u64).to_le_bytes());
    file.extend(model);
    file.extend(blindings);
    file
}

/// Some image for a model.
pub(crate) fn pixels(model: &Model, seed: usize) -> Pixels {
    let preprocessing = model.preprocessing();
    let value = |index: usize| ((index * 31 + seed * 97 + index * index / 7) % 256) as u8;
    let values = (0..preprocessing.len()).map(value).collect();
    Pixels::new(preprocessing.shape(), values).expect("as many values as the shape has")
}
