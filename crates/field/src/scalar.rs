//! Integers modulo `r`, the order of the curve's group.

use crate::Scalar;
use ark_ff::{BigInteger, PrimeField};

/// Bytes of one scalar: big-endian, as the EVM reads them.
pub const SCALAR_BYTES: usize = 32;

/// Decodes a scalar; `None` unless it is below the modulus.
#[must_use]
pub fn decode_scalar(bytes: &[u8; SCALAR_BYTES]) -> Option<Scalar> {
    let scalar = from_bytes(bytes);
    (encode_scalar(&scalar) == *bytes).then_some(scalar)
}

/// The big-endian number `bytes`, modulo the field's modulus.
///
/// **Warning:** different bytes can give the same scalar. For bytes from strangers, use [`decode_scalar`].
#[must_use]
pub fn from_bytes(bytes: &[u8; SCALAR_BYTES]) -> Scalar {
    Scalar::from_be_bytes_mod_order(bytes)
}

/// Encodes a scalar.
#[must_use]
pub fn encode_scalar(scalar: &Scalar) -> [u8; SCALAR_BYTES] {
    let mut bytes = [0; SCALAR_BYTES];
    for (to, from) in bytes.iter_mut().zip(scalar.into_bigint().to_bytes_be()) {
        *to = from;
    }
    bytes
}

/// Replaces every scalar but zero by its inverse, for the price of one inversion.
pub fn batch_invert(scalars: &mut [Scalar]) {
    ark_ff::batch_inversion(scalars);
}
