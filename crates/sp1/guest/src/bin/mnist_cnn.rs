//! The program for the network `mnist-cnn`: reads an image file, and writes `PublicValues`.

#![no_main]

use std::borrow::Cow;
use zklens_model::*;
use zklens_sp1_program::packed;

static NETWORK: packed::Network = include!(concat!(env!("OUT_DIR"), "/mnist-cnn/network.rs"));

sp1_zkvm::entrypoint!(main);

fn main() {
    zklens_sp1_guest::classify(&NETWORK);
}
