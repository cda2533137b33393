//! The contract and the native verifier give the same verdict on every proof.

#[path = "../common/mod.rs"]
mod common;

mod abi_games;
mod agreement;
mod challenges;
mod coefficients;
mod export;
mod gas;
mod gas_limits;
mod golden;
mod labels;
mod malformed_key;
mod operators;
mod precompiles;
mod reason;
mod statement_faults;
mod tape_faults;
mod trace;
mod views;
