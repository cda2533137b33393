//! Malicious provers. Each follows the protocol and breaks one rule (the *lie*); for example, one of them claims a
//! byte of 256.
//!
//! All rules enter one sum, so the verifier refuses the opening in every case. [`rules::broken_rules`] checks that
//! the witness breaks the intended rule and no other.
//!
//! Lies about the opening itself (without the mask vector or a term, or with other vectors) are also tested on the
//! opening alone, in `tests/commitment/sound.rs`.

#[path = "../common/mod.rs"]
mod common;

mod activation;
mod batch;
mod case;
mod column_values;
mod columns;
mod honest;
mod hostile;
mod lookup;
mod models;
mod network;
mod numbers;
mod opening;
mod p_relu;
mod pixels;
mod pool;
mod prover;
mod rules;
mod saturation;
mod summand;
mod weights;
mod wires;
