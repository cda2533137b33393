//! The program for any `.zkl` file: reads an image file and a model, and writes
//! `ModelPublicValues`.

#![no_main]

sp1_zkvm::entrypoint!(main);

fn main() {
    zklens_sp1_guest::classify_by_any_model();
}
