//! What the tests of whole proofs share.

#![allow(dead_code, reason = "every test takes what it needs")]

pub(crate) mod vectors;

use chacha20::ChaCha20Rng;
use rand_core::SeedableRng;
use std::sync::LazyLock;
use zklens_commitment::Setup;
use zklens_model::{Model, Pixels};

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

/// Some image for a model.
pub(crate) fn pixels(model: &Model, seed: usize) -> Pixels {
    let preprocessing = model.preprocessing();
    let value = |index: usize| ((index * 31 + seed * 97 + index * index / 7) % 256) as u8;
    let values = (0..preprocessing.len()).map(value).collect();
    Pixels::new(preprocessing.shape(), values).expect("as many values as the shape has")
}
