//! Random scalars.

use rand_core::CryptoRng;
use zklens_field::{SCALAR_BYTES, Scalar, decode_scalar};

/// The bits of a scalar: more than the modulus has at the top are cleared before a draw.
const TOP_BITS: u8 = 0x3f;

/// A uniform scalar, by rejection.
pub(crate) fn scalar(rng: &mut (impl CryptoRng + ?Sized)) -> Scalar {
    loop {
        let mut bytes = [0; SCALAR_BYTES];
        rng.fill_bytes(&mut bytes);
        bytes[0] &= TOP_BITS;
        if let Some(scalar) = decode_scalar(&bytes) {
            return scalar;
        }
    }
}

/// Uniform scalars.
pub(crate) fn scalars(count: usize, rng: &mut (impl CryptoRng + ?Sized)) -> Vec<Scalar> {
    (0..count).map(|_| scalar(rng)).collect()
}
