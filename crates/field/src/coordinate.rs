//! Coordinates of points where 64-bit products are slow: in WebAssembly.
//!
//! A product of two 64-bit words is a call there, one of two 32-bit words an instruction. With limbs of 29
//! bits, the eighteen products of a column of Montgomery's multiplication fit 64 bits without a carry between.
//!
//! Reference: Montgomery, *Modular Multiplication Without Trial Division* (1985).

#![allow(
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    reason = "only provers compute so; a wrong sum makes a proof that is refused"
)]

use ark_bn254::Fq;
use ark_ff::{BigInt, Field, PrimeField};
use core::ops::{Add, Mul, MulAssign, Neg, Sub};

const LIMBS: usize = 9;
const LIMB_BITS: usize = 29;
const MASK: u32 = (1 << LIMB_BITS) - 1;

/// The modulus.
const P: [u32; LIMBS] = limbs(&Fq::MODULUS.0);
/// `-1/P mod 2^LIMB_BITS`
const MINUS_P_INVERSE: u32 = minus_inverse(P[0]);

/// A number modulo `P`, times `2^(LIMBS·LIMB_BITS)`; below `P`, so that each has one form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Coordinate([u32; LIMBS]);

impl Coordinate {
    pub(crate) const ZERO: Self = Self([0; LIMBS]);
    pub(crate) const ONE: Self = power_of_two(LIMBS * LIMB_BITS);
    /// Multiplying by it turns an integer into a coordinate.
    const SQUARED: Self = power_of_two(2 * LIMBS * LIMB_BITS);

    pub(crate) fn is_zero(&self) -> bool {
        *self == Self::ZERO
    }

    pub(crate) fn double(&self) -> Self {
        *self + *self
    }

    pub(crate) fn square(&self) -> Self {
        *self * *self
    }

    pub(crate) fn inverse(&self) -> Option<Self> {
        Fq::from(*self).inverse().map(Self::from)
    }
}

impl From<Fq> for Coordinate {
    fn from(number: Fq) -> Self {
        Self(limbs(&number.into_bigint().0)) * Self::SQUARED
    }
}

impl From<Coordinate> for Fq {
    fn from(coordinate: Coordinate) -> Self {
        let mut one = [0; LIMBS];
        one[0] = 1;
        let Coordinate(integer) = coordinate * Coordinate(one);
        let mut words = [0; 4];
        for (i, limb) in integer.into_iter().enumerate() {
            let (word, shift) = (i * LIMB_BITS / 64, i * LIMB_BITS % 64);
            words[word] |= u64::from(limb) << shift;
            if shift + LIMB_BITS > 64 && word + 1 < words.len() {
                words[word + 1] |= u64::from(limb) >> (64 - shift);
            }
        }
        Self::from(BigInt(words))
    }
}

impl Mul for Coordinate {
    type Output = Self;

    fn mul(self, other: Self) -> Self {
        // In a loop, the columns would lie in memory.
        let [a0, a1, a2, a3, a4, a5, a6, a7, a8] = self.0;
        let columns = add_product([0; LIMBS], a0, &other.0);
        let columns = add_product(columns, a1, &other.0);
        let columns = add_product(columns, a2, &other.0);
        let columns = add_product(columns, a3, &other.0);
        let columns = add_product(columns, a4, &other.0);
        let columns = add_product(columns, a5, &other.0);
        let columns = add_product(columns, a6, &other.0);
        let columns = add_product(columns, a7, &other.0);
        let columns = add_product(columns, a8, &other.0);
        let mut carry = 0;
        let limbs = columns.map(|column| {
            let sum = column + carry;
            carry = sum >> LIMB_BITS;
            sum as u32 & MASK
        });
        reduced(limbs)
    }
}

impl MulAssign for Coordinate {
    fn mul_assign(&mut self, other: Self) {
        *self = *self * other;
    }
}

/// The sum of the columns and `factor·other`, and of as many times `P` as make its lowest limb zero, without that limb.
#[inline(always)]
fn add_product(columns: [u64; LIMBS], factor: u32, other: &[u32; LIMBS]) -> [u64; LIMBS] {
    let factor = u64::from(factor);
    let lowest = columns[0] + factor * u64::from(other[0]);
    let quotient = u64::from((lowest as u32).wrapping_mul(MINUS_P_INVERSE) & MASK);
    let carry = (lowest + quotient * u64::from(P[0])) >> LIMB_BITS;
    let column = |i: usize| columns[i] + factor * u64::from(other[i]) + quotient * u64::from(P[i]);
    let mut next = core::array::from_fn(|i| if i + 1 < LIMBS { column(i + 1) } else { 0 });
    next[0] += carry;
    next
}

impl Add for Coordinate {
    type Output = Self;

    #[inline]
    fn add(self, other: Self) -> Self {
        add(&self, &other)
    }
}

impl Sub for Coordinate {
    type Output = Self;

    #[inline]
    fn sub(self, other: Self) -> Self {
        let (difference, borrow) = minus(&self.0, &other.0);
        // A negative difference has all bits set above the limbs.
        let mut carry = 0;
        let mut limbs = difference;
        for (limb, p) in limbs.iter_mut().zip(P) {
            let sum = *limb + (p & borrow) + carry;
            carry = sum >> LIMB_BITS;
            *limb = sum & MASK;
        }
        Self(limbs)
    }
}

impl Neg for Coordinate {
    type Output = Self;

    fn neg(self) -> Self {
        Self::ZERO - self
    }
}

#[inline]
const fn add(a: &Coordinate, b: &Coordinate) -> Coordinate {
    let mut limbs = [0; LIMBS];
    let mut carry = 0;
    let mut i = 0;
    while i < LIMBS {
        let sum = a.0[i] + b.0[i] + carry;
        carry = sum >> LIMB_BITS;
        limbs[i] = sum & MASK;
        i += 1;
    }
    reduced(limbs)
}

/// A number below `2·P`, less `P` where that leaves one.
#[inline]
const fn reduced(limbs: [u32; LIMBS]) -> Coordinate {
    let (difference, borrow) = minus(&limbs, &P);
    let mut result = [0; LIMBS];
    let mut i = 0;
    while i < LIMBS {
        result[i] = (limbs[i] & borrow) | (difference[i] & !borrow);
        i += 1;
    }
    Coordinate(result)
}

/// The difference modulo `2^(LIMBS·LIMB_BITS)`, and all ones if it is below zero.
#[inline]
const fn minus(a: &[u32; LIMBS], b: &[u32; LIMBS]) -> ([u32; LIMBS], u32) {
    let mut limbs = [0; LIMBS];
    let mut borrow = 0_i32;
    let mut i = 0;
    while i < LIMBS {
        let difference = a[i] as i32 - b[i] as i32 + borrow;
        borrow = difference >> LIMB_BITS;
        limbs[i] = difference as u32 & MASK;
        i += 1;
    }
    (limbs, borrow as u32)
}

/// The limbs of a number of 256 bits.
const fn limbs(words: &[u64; 4]) -> [u32; LIMBS] {
    let mut limbs = [0; LIMBS];
    let mut i = 0;
    while i < LIMBS {
        let (word, shift) = (i * LIMB_BITS / 64, i * LIMB_BITS % 64);
        let mut bits = words[word] >> shift;
        if shift + LIMB_BITS > 64 && word + 1 < words.len() {
            bits |= words[word + 1] << (64 - shift);
        }
        limbs[i] = bits as u32 & MASK;
        i += 1;
    }
    limbs
}

/// `2^exponent` modulo `P`, in limbs.
const fn power_of_two(exponent: usize) -> Coordinate {
    let mut limbs = [0; LIMBS];
    limbs[0] = 1;
    let mut power = Coordinate(limbs);
    let mut i = 0;
    while i < exponent {
        power = add(&power, &power);
        i += 1;
    }
    power
}

/// `-1/n` modulo `2^LIMB_BITS`, of an odd number, by Newton's iteration.
const fn minus_inverse(n: u32) -> u32 {
    let mut inverse = 1_u32;
    let mut bits = 1;
    while bits < LIMB_BITS {
        inverse = inverse.wrapping_mul(2_u32.wrapping_sub(n.wrapping_mul(inverse)));
        bits *= 2;
    }
    inverse.wrapping_neg() & MASK
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec::Vec;
    use ark_ff::AdditiveGroup;

    fn numbers() -> Vec<Fq> {
        let small = (0..4).map(Fq::from);
        let powers = (0..254).map(|bit| Fq::from(2).pow([bit]));
        let others = (3..40).map(|n| Fq::from(n).pow([163]));
        let all: Vec<Fq> = small.chain(powers.step_by(7)).chain(others).collect();
        all.iter().flat_map(|n| [*n, -*n]).collect()
    }

    #[test]
    fn coordinates_compute_as_the_numbers_of_the_curve_library() {
        assert_eq!(Coordinate::from(Fq::ONE), Coordinate::ONE);
        assert_eq!(Coordinate::from(Fq::ZERO), Coordinate::ZERO);
        for number in numbers() {
            let coordinate = Coordinate::from(number);
            assert_eq!(Fq::from(coordinate), number);
            assert_eq!(coordinate.is_zero(), number == Fq::ZERO);
            assert_eq!(Fq::from(-coordinate), -number);
            assert_eq!(Fq::from(coordinate.double()), number.double());
            assert_eq!(Fq::from(coordinate.square()), number.square());
            assert_eq!(coordinate.inverse().map(Fq::from), number.inverse());
        }
    }

    #[test]
    fn sums_differences_and_products_are_those_of_the_numbers() {
        let numbers = numbers();
        for a in &numbers {
            for b in &numbers {
                let [x, y] = [*a, *b].map(Coordinate::from);
                assert_eq!(Fq::from(x + y), *a + b);
                assert_eq!(Fq::from(x - y), *a - b);
                assert_eq!(Fq::from(x * y), *a * b);
                assert_eq!(x == y, a == b);
            }
        }
    }
}
