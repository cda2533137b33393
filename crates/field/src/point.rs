//! Points of the curve's two groups, and the pairing.

use ark_bn254::{Bn254, Fq, Fq2, G1Affine, G1Projective, G2Affine};
use ark_ec::pairing::{Pairing, PairingOutput};
use ark_ec::{AffineRepr, CurveGroup, VariableBaseMSM};
use ark_ff::{BigInteger, PrimeField, Zero};

use crate::Scalar;
use alloc::vec::Vec;

/// A point of the first group, perhaps at infinity.
pub use ark_bn254::G1Affine as Point;
/// A point of the second group.
pub use ark_bn254::G2Affine as G2Point;

/// Bytes of a point: `x`, then `y`, each 32 bytes, big-endian.
pub const POINT_BYTES: usize = 64;

const COORDINATE_BYTES: usize = 32;

/// The generator `(1, 2)` of the first group.
pub fn generator() -> Point {
    G1Affine::generator()
}

/// The generator of the second group.
pub fn g2_generator() -> G2Point {
    G2Affine::generator()
}

/// Decodes a point; `None` unless its coordinates are below the base field's modulus and it lies on
/// the curve. The curve's first group has no smaller subgroup. Infinity, which the EVM writes as
/// zeros, is refused too: no honest message contains it.
#[must_use]
pub fn decode_point(bytes: &[u8; POINT_BYTES]) -> Option<Point> {
    let (x, y) = bytes.split_first_chunk()?;
    let point = G1Affine::new_unchecked(coordinate(x)?, coordinate(y.first_chunk()?)?);
    (point.is_on_curve() && !point.is_zero()).then_some(point)
}

/// Encodes a point; infinity becomes zeros, as in the EVM.
#[must_use]
pub fn encode_point(point: &Point) -> [u8; POINT_BYTES] {
    let mut bytes = [0; POINT_BYTES];
    let (x, y) = point.xy().unwrap_or((Fq::zero(), Fq::zero()));
    let coordinates = [x, y].map(|c| c.into_bigint().to_bytes_be());
    for (to, from) in bytes.iter_mut().zip(coordinates.iter().flatten()) {
        *to = *from;
    }
    bytes
}

/// Decodes a point of the second group from `x₁, x₀, y₁, y₀` (the EVM's order, imaginary part
/// first); `None` unless it lies on the curve and in the subgroup of order `r`, and is not infinity,
/// which would make every pairing with it one.
#[must_use]
pub fn decode_g2_point(coordinates: [&[u8; COORDINATE_BYTES]; 4]) -> Option<G2Point> {
    let [x1, x0, y1, y0] = coordinates.map(coordinate);
    let (x, y) = (Fq2::new(x0?, x1?), Fq2::new(y0?, y1?));
    let point = G2Affine::new_unchecked(x, y);
    let is_valid = point.is_on_curve() && point.is_in_correct_subgroup_assuming_on_curve();
    (is_valid && !point.is_zero()).then_some(point)
}

/// Encodes a point of the second group in the order of [`decode_g2_point`]; infinity becomes zeros.
#[must_use]
pub fn encode_g2_point(point: &G2Point) -> [[u8; COORDINATE_BYTES]; 4] {
    let (x, y) = point.xy().unwrap_or((Fq2::zero(), Fq2::zero()));
    [x.c1, x.c0, y.c1, y.c0].map(|coordinate| {
        let mut bytes = [0; COORDINATE_BYTES];
        for (to, from) in bytes.iter_mut().zip(coordinate.into_bigint().to_bytes_be()) {
            *to = from;
        }
        bytes
    })
}

fn coordinate(bytes: &[u8; COORDINATE_BYTES]) -> Option<Fq> {
    let coordinate = Fq::from_be_bytes_mod_order(bytes);
    let encoded = coordinate.into_bigint().to_bytes_be();
    (encoded == bytes).then_some(coordinate)
}

/// `Σ scalars[i] · points[i]`, over the shorter of the two lists, as the curve library computes it.
pub fn linear_combination(points: &[Point], scalars: &[Scalar]) -> Point {
    let len = points.len().min(scalars.len());
    let points = points.get(..len).unwrap_or_default();
    let scalars = scalars.get(..len).unwrap_or_default();
    G1Projective::msm_unchecked(points, scalars).into_affine()
}

/// `Σ bytes[i] · points[i]`, over the shorter of the two lists: much cheaper than with scalars.
pub fn sum_of_bytes(points: &[Point], bytes: &[u8]) -> Point {
    let len = points.len().min(bytes.len());
    let points = points.get(..len).unwrap_or_default();
    let bytes = bytes.get(..len).unwrap_or_default();
    G1Projective::msm_u8(points, bytes).into_affine()
}

/// Whether `Π e(pairs[i].0, pairs[i].1) = 1`.
#[must_use]
pub fn pairing_product_is_one(pairs: &[(Point, G2Point)]) -> bool {
    let (first, second): (Vec<Point>, Vec<G2Point>) = pairs.iter().copied().unzip();
    Bn254::multi_pairing(first, second) == PairingOutput::zero()
}
