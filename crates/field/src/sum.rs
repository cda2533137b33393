//! Sums of points with coefficients, for provers.
//!
//! Coefficients are split into signed digits (Pippenger's method). The points with the same digit
//! are summed first, see [`bucket`]; the digits of these sums are split once more, in two halves, so
//! that few points are left to multiply.

#![allow(
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    reason = "only provers sum so; a wrong sum makes a proof that is refused"
)]

use crate::bucket::{self, Addend};
use crate::{Point, Scalar};
use alloc::vec::Vec;
use ark_bn254::{Fq, G1Projective};
use ark_ec::{AffineRepr, CurveGroup};
use ark_ff::{AdditiveGroup, BigInt, BigInteger, MontFp, PrimeField, Zero};
use rayon::prelude::*;

/// A cube root of one in the base field: `(x, y) ↦ (BETA·x, y)` multiplies points by `LAMBDA`.
const BETA: Fq =
    MontFp!("21888242871839275220042445260109153167277707414472061641714758635765020556616");
/// A short basis of the pairs `(a, b)` with `a + b·LAMBDA ≡ 0 (mod r)`: `(A, −B)` and `(B, A + B)`.
const A: u128 = 147946756881789319000765030803803410728;
const B: u128 = 9931322734385697763;
/// `2^256·(A + B)/r` and `2^256·B/r`, rounded.
const A_PLUS_B_OVER_R: BigInt<4> = BigInt!("782660544089080853131326142527431468389");
const B_OVER_R: BigInt<4> = BigInt!("52538187511802934231");
/// Both halves of a scalar lie between `-2^HALF_BITS` and `2^HALF_BITS`.
const HALF_BITS: u32 = 127;

/// Fewer points than this are multiplied one by one.
const MIN_POINTS: usize = 4;
/// Picks that are worth an inversion for every level of their tree.
const PICKS_PER_TREE: usize = 1 << 13;

/// [`crate::linear_combination`] in about half the time, with threads. For provers only: a verifier leaves its sums
/// to the curve library.
///
/// Each point is two, with half of the scalar.
pub fn sum_of_scalars(points: &[Point], scalars: &[Scalar]) -> Point {
    let len = points.len().min(scalars.len());
    let (points, scalars) = (&points[..len], &scalars[..len]);
    if points.len() < MIN_POINTS {
        let terms = points.iter().zip(scalars);
        let terms = terms.map(|(point, scalar)| point.into_group() * scalar);
        return terms.sum::<G1Projective>().into_affine();
    }
    // Measured from 4 to 2^13 points.
    let width = match points.len().ilog2() {
        log @ ..9 => log.max(3),
        log => log - 1,
    };
    let images = points.iter().map(endomorphism);
    let points: Vec<Point> = points.iter().copied().chain(images).collect();
    let (low, high): (Vec<i128>, Vec<i128>) = scalars.iter().map(split).unzip();
    sum(&points, &[low, high].concat(), HALF_BITS, width)
}

/// Bits of a digit of integers: with their sign, all bytes have one.
const INTEGER_WIDTH: u32 = 9;

/// `Σ integers[i] · points[i]`, up to the end of the shorter list. Much cheaper than with scalars; an integer of more
/// than eight bits costs as much as several integers.
pub fn sum_of_integers(points: &[Point], integers: &[i64]) -> Point {
    let integers: Vec<i128> = integers.iter().copied().map(i128::from).collect();
    let bits = integers
        .iter()
        .map(|n| i128::BITS - n.unsigned_abs().leading_zeros());
    sum(points, &integers, bits.max().unwrap_or(0), INTEGER_WIDTH)
}

/// `Σ values[value]·points[index]` over all picks `(index, value)`; a pick whose point or value does
/// not exist is skipped. Cheaper than [`sum_of_scalars`] if picks are many and values few, and
/// free where the value is zero.
pub fn sum_of_picks(points: &[Point], values: &[Scalar], picks: &[(u32, u32)]) -> Point {
    let counts = |(point, value): &(u32, u32)| {
        let value = values.get(*value as usize);
        (*point as usize) < points.len() && value.is_some_and(|value| !value.is_zero())
    };
    let picks: Vec<(u32, u32)> = picks.iter().copied().filter(counts).collect();
    let points: Vec<Addend> = points.iter().map(Addend::from).collect();
    let sums = bucket::sums(values.len(), &points, &picks);
    let terms = sums.into_iter().zip(values);
    let terms = terms.filter(|(sum, _)| !sum.is_infinity());
    let terms = terms.map(|(sum, value)| (Point::from(sum), value));
    let (sums, values): (Vec<Point>, Vec<Scalar>) = terms.unzip();
    sum_of_scalars(&sums, &values)
}

/// For each byte from 1 to 255, the sum of all points with this byte; up to the end of the shorter list.
///
/// The sums commit to the bytes themselves and to any function of them that is zero at zero: `Σ f(byte)·sum(byte)`.
#[must_use]
pub fn sums_by_byte(points: &[Point], bytes: &[u8]) -> Vec<Point> {
    let points: Vec<Addend> = points.iter().zip(bytes).map(|(p, _)| p.into()).collect();
    let picks = (0..).zip(bytes.iter().take(points.len()));
    let picks = picks.filter(|(_, byte)| **byte != 0);
    let picks: Vec<(u32, u32)> = picks.map(|(i, byte)| (i, u32::from(*byte) - 1)).collect();
    let sums = bucket::sums(usize::from(u8::MAX), &points, &picks);
    sums.into_iter().map(Point::from).collect()
}

/// `Σ i·sums[i − 1]`, with `i` from 1: the commitment to bytes, from their sums.
pub fn sum_of_bytes_from(sums: &[Point]) -> Point {
    let (mut sum, mut running) = (G1Projective::zero(), G1Projective::zero());
    for point in sums.iter().rev() {
        running += point;
        sum += running;
    }
    sum.into_affine()
}

/// The sum of two lists of points, one by one, up to the end of the shorter.
#[must_use]
pub fn added(left: &[Point], right: &[Point]) -> Vec<Point> {
    let len = left.len().min(right.len());
    let points = left[..len].iter().chain(&right[..len]);
    let points: Vec<Addend> = points.map(Addend::from).collect();
    let picks: Vec<(u32, u32)> = (0..2 * len as u32).map(|i| (i, i % len as u32)).collect();
    let sums = bucket::sums(len, &points, &picks);
    sums.into_iter().map(Point::from).collect()
}

fn endomorphism(point: &Point) -> Point {
    if point.is_zero() {
        return *point;
    }
    Point::new_unchecked(point.x * BETA, point.y)
}

/// Two numbers of half the length with `scalar = low + high·LAMBDA`.
///
/// Reference: Gallant, Lambert and Vanstone, *Faster Point Multiplication on Elliptic Curves with
/// Efficient Endomorphisms*, section 4 (CRYPTO 2001).
fn split(scalar: &Scalar) -> (i128, i128) {
    let scalar = scalar.into_bigint();
    let first = times_fraction(&scalar, &A_PLUS_B_OVER_R);
    let second = times_fraction(&scalar, &B_OVER_R);
    // The results fit, so what overflows on the way does not matter.
    let low = truncate(&scalar)
        .wrapping_sub(first.wrapping_mul(A))
        .wrapping_sub(second.wrapping_mul(B));
    let high = first
        .wrapping_mul(B)
        .wrapping_sub(second.wrapping_mul(A + B));
    (low.cast_signed(), high.cast_signed())
}

/// The low half of `scalar·fraction/2^256`, rounded.
fn times_fraction(scalar: &BigInt<4>, fraction: &BigInt<4>) -> u128 {
    let (low, high) = scalar.mul(fraction);
    truncate(&high).wrapping_add(u128::from(low.get_bit(255)))
}

fn truncate(number: &BigInt<4>) -> u128 {
    u128::from(number.0[1]) << 64 | u128::from(number.0[0])
}

/// `Σ integers[i] · points[i]`, over the shorter of the two lists, with integers between
/// `-2^bits` and `2^bits`.
fn sum(points: &[Point], integers: &[i128], bits: u32, width: u32) -> Point {
    let digits = Digits::new(bits, width);
    let len = points.len().min(integers.len());
    let integers = &integers[..len];
    let addends = points.iter().take(len).map(Addend::from);
    let signed: Vec<Addend> = addends.flat_map(|p| [p, -p]).collect();
    let windows: Vec<u32> = (0..digits.windows).collect();
    let sums: Vec<G1Projective> = windows
        .par_chunks(PICKS_PER_TREE.div_ceil(len.max(1)))
        .flat_map_iter(|windows| digits.sums(&signed, integers, windows))
        .collect();
    let horner = |mut sum: G1Projective, window: &G1Projective| {
        for _ in 0..width {
            sum.double_in_place();
        }
        sum + window
    };
    sums.iter()
        .rev()
        .fold(G1Projective::zero(), horner)
        .into_affine()
}

/// How integers are written: `windows` signed digits of `width` bits.
struct Digits {
    windows: u32,
    width: u32,
    /// Half of a digit's range in every place but the highest. Adding it makes all digits but the highest nonnegative.
    offset: i128,
}

impl Digits {
    /// For integers between `-2^bits` and `2^bits`.
    fn new(bits: u32, width: u32) -> Self {
        let windows = (bits + 1).div_ceil(width);
        let places = (0..windows - 1).map(|window| 1 << (window * width + width - 1));
        Self {
            windows,
            width,
            offset: places.sum(),
        }
    }

    /// Between `-2^(width - 1)` and `2^(width - 1)`.
    const fn digit(&self, n: i128, window: u32) -> i32 {
        let rest = (n + self.offset) >> (window * self.width);
        if window + 1 == self.windows {
            rest as i32
        } else {
            (rest as i32 & ((1 << self.width) - 1)) - (1 << (self.width - 1))
        }
    }

    /// For each of `windows`, the sum of all points times their digit; `signed` has every point and
    /// then its negative.
    fn sums(&self, signed: &[Addend], integers: &[i128], windows: &[u32]) -> Vec<G1Projective> {
        let num_digits = 1 << (self.width - 1);
        let mut picks = Vec::with_capacity(windows.len() * integers.len());
        for (i, window) in (0..).zip(windows) {
            let digits = integers.iter().map(|n| self.digit(*n, *window));
            let digits = (0..)
                .step_by(2)
                .zip(digits)
                .filter(|(_, digit)| *digit != 0);
            picks.extend(digits.map(|(point, digit)| {
                let bucket = i * num_digits + digit.unsigned_abs() - 1;
                (point + u32::from(digit < 0), bucket)
            }));
        }
        let count = windows.len() * num_digits as usize;
        let buckets = bucket::sums(count, signed, &picks);

        // A bucket counts as often as its digit says: split that again.
        let low_bits = self.width / 2;
        let (lows, highs) = (1 << low_bits, (num_digits >> low_bits) + 1);
        let mut halves = Vec::with_capacity(2 * count);
        for (bucket, _) in (0..).zip(&buckets).filter(|(_, sum)| !sum.is_infinity()) {
            let start = bucket / num_digits * (lows + highs);
            let digit = bucket % num_digits + 1;
            let (low, high) = (digit % lows, digit / lows);
            halves.extend((low != 0).then_some((bucket, start + low)));
            halves.extend((high != 0).then_some((bucket, start + lows + high)));
        }
        let (lows, highs) = (lows as usize, highs as usize);
        let halves = bucket::sums(windows.len() * (lows + highs), &buckets, &halves);
        halves
            .chunks(lows + highs)
            .map(|sums| {
                let (low, high) = sums.split_at(lows);
                let mut sum = multiply(high);
                for _ in 0..low_bits {
                    sum.double_in_place();
                }
                sum + multiply(low)
            })
            .collect()
    }
}

/// `Σ i · points[i]`
fn multiply(points: &[Addend]) -> G1Projective {
    let mut sum = G1Projective::zero();
    let mut running = G1Projective::zero();
    for point in points.iter().skip(1).rev() {
        running += Point::from(*point);
        sum += running;
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;
    use ark_bn254::Fr;
    use ark_ff::Field;

    const LAMBDA: Scalar =
        MontFp!("21888242871839275217838484774961031246154997185409878258781734729429964517155");

    fn signed(n: i128) -> Scalar {
        Scalar::from(n)
    }

    #[test]
    fn the_endomorphism_multiplies_by_a_cube_root_of_one() {
        assert!(BETA != Fq::ONE && BETA.pow([3]) == Fq::ONE);
        assert!(LAMBDA != Fr::ONE && LAMBDA.pow([3]) == Fr::ONE);
        let point = crate::generator() * Scalar::from(7);
        let image = endomorphism(&point.into_affine());
        assert_eq!(image.into_group(), point * LAMBDA);
        assert_eq!(endomorphism(&Point::zero()), Point::zero());
    }

    #[test]
    fn the_basis_is_of_pairs_that_vanish_and_has_no_smaller_lattice() {
        let [a, b] = [A, B].map(Scalar::from);
        assert_eq!(a, b * LAMBDA);
        assert_eq!(b + (a + b) * LAMBDA, Scalar::ZERO);
        // A·(A + B) + B² = r, and the fractions are those by r.
        let wide = |n: u128| Scalar::from(n).into_bigint();
        let product = |a: u128, b: u128| wide(a).mul_low(&wide(b));
        let mut determinant = product(A, A + B);
        determinant.add_with_carry(&product(B, B));
        assert_eq!(determinant, Scalar::MODULUS);
        for (fraction, numerator) in [(A_PLUS_B_OVER_R, A + B), (B_OVER_R, B)] {
            // fraction·r is numerator·2^256, up to half of r.
            let (mut low, high) = fraction.mul(&Scalar::MODULUS);
            let mut half = Scalar::MODULUS;
            half.div2();
            low.add_with_carry(&half);
            let carried = truncate(&high) == numerator || truncate(&high) + 1 == numerator;
            assert!(carried && low < Scalar::MODULUS);
        }
    }

    #[test]
    fn halves_of_scalars_are_short_and_make_the_scalar() {
        let mut scalars: Vec<Scalar> = (0..8).map(|n| Scalar::from(n) / Scalar::from(4)).collect();
        scalars.extend((0..254).map(|bit| Scalar::from(2).pow([bit])));
        scalars.extend((0..2000).map(|n| Scalar::from(n + 3).pow([163])));
        scalars.extend([A, B, A + B].map(Scalar::from));
        scalars.extend([A, B, A + B].map(|n| LAMBDA * Scalar::from(n)));
        let opposite: Vec<Scalar> = scalars.iter().map(|scalar| -*scalar).collect();
        for scalar in scalars.into_iter().chain(opposite) {
            let (low, high) = split(&scalar);
            assert_eq!(signed(low) + signed(high) * LAMBDA, scalar);
            let longest = low.unsigned_abs().max(high.unsigned_abs());
            assert!(longest < 1 << HALF_BITS, "{scalar} has a half of {longest}");
        }
    }

    #[test]
    fn digits_are_within_their_range_and_make_the_integer() {
        for (bits, width) in [
            (0, 9),
            (7, 9),
            (8, 9),
            (9, 9),
            (17, 9),
            (64, 9),
            (127, 3),
            (127, 11),
        ] {
            let digits = Digits::new(bits, width);
            let largest = (1_i128 << (bits.min(126))) - 1;
            for n in [0, 1, largest / 2, largest / 3, largest - 1, largest] {
                for n in [n, -n] {
                    let mut sum = 0;
                    for window in (0..digits.windows).rev() {
                        let digit = digits.digit(n, window);
                        assert!(digit.unsigned_abs() <= 1 << (width - 1), "{n}: {digit}");
                        sum = (sum << width) + i128::from(digit);
                    }
                    assert_eq!(sum, n);
                }
            }
        }
    }
}
