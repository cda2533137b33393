//! Provers that follow the protocol and lie once. Everything is one sum, so whatever the lie, the
//! opening is refused; [`rules::broken_rules`] shows that it is refused for the rule meant.
//!
//! What a lie about the opening itself does (the mask row or a term left out, other rows opened) is
//! also tested on the opening alone, in `tests/commitment/sound.rs`.

#[path = "../common/mod.rs"]
mod common;

mod activation;
mod batch;
mod case;
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
mod rows;
mod rules;
mod summand;
mod weights;
mod wires;
