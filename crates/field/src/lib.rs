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

#[cfg(feature = "parallel")]
mod bucket;
#[cfg(all(feature = "parallel", any(target_arch = "wasm32", test)))]
mod coordinate;
#[cfg(feature = "fft")]
mod fft;
mod point;
mod scalar;
#[cfg(feature = "parallel")]
mod sum;

pub use ark_bn254::Fr as Scalar;
pub use ark_ff::{AdditiveGroup, Field};
#[cfg(feature = "fft")]
pub use fft::Domain;
pub use point::{
    G2Point, POINT_BYTES, Point, decode_g2_point, decode_point, encode_g2_point, encode_point,
    g2_generator, generator, linear_combination, pairing_product_is_one, sum_of_bytes,
};
pub use scalar::{
    SCALAR_BYTES, batch_invert, decode_scalar, encode_scalar, from_bytes, small_integer,
};
#[cfg(feature = "parallel")]
pub use scalar::{lifting, over_radix};
#[cfg(feature = "parallel")]
pub use sum::{
    added, sum_of_bytes_from, sum_of_integers, sum_of_picks, sum_of_scalars, sums_by_byte,
};
