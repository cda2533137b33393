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

/// The integer between `−2^126` and `2^126` that a scalar stands for; `None` if it stands for none.
#[must_use]
pub fn small_integer(scalar: &Scalar) -> Option<i128> {
    let magnitude = |scalar: &Scalar| match scalar.into_bigint().0 {
        [low, high, 0, 0] if high < 1 << 62 => {
            i128::try_from(u128::from(high) << 64 | u128::from(low)).ok()
        }
        _ => None,
    };
    magnitude(scalar).or_else(|| magnitude(&-*scalar).and_then(i128::checked_neg))
}

/// An integer, divided by [`lifting`]: made without a multiplication. A sum of such scalars, each times some factor, is
/// put right by one multiplication with [`lifting`].
///
/// The scalar's limbs in memory are the integer's, where those of a scalar made by `from` are a multiple.
#[cfg(feature = "parallel")]
#[must_use]
#[expect(clippy::as_conversions, reason = "the two limbs of an integer")]
pub const fn over_radix(integer: u128) -> Scalar {
    Scalar::new_unchecked(ark_ff::BigInt([
        integer as u64,
        (integer >> 64) as u64,
        0,
        0,
    ]))
}

/// The factor between an integer's scalar and [`over_radix`]: `2^256`.
#[cfg(feature = "parallel")]
#[must_use]
pub const fn lifting() -> Scalar {
    Scalar::new_unchecked(Scalar::R2)
}
