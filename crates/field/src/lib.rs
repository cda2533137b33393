//! Scalars and curve points of BN254, in the encoding of the EVM's precompiles (EIP-196, EIP-197).
//!
//! The only crate that names the curve library. Everything read from strangers goes through
//! [`decode_scalar`] and [`decode_point`], which know one encoding per value.

#![no_std]
#![forbid(unsafe_code)]
#![deny(
    missing_docs,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::unreachable,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    clippy::wildcard_enum_match_arm,
    clippy::too_many_lines,
    clippy::too_many_arguments
)]

extern crate alloc;

#[cfg(feature = "fft")]
mod fft;
mod picks;
mod point;
mod scalar;

pub use ark_bn254::Fr as Scalar;
pub use ark_ff::{AdditiveGroup, Field};
#[cfg(feature = "fft")]
pub use fft::Domain;
pub use picks::sum_of_picks;
pub use point::{
    G2Point, POINT_BYTES, Point, decode_g2_point, decode_point, encode_point, g2_generator,
    generator, linear_combination, pairing_product_is_one, sum_of_bytes, sum_of_integers,
};
pub use scalar::{SCALAR_BYTES, batch_invert, decode_scalar, encode_scalar, from_bytes};
