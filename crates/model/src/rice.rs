//! The Rice code, in which small weights take few bits. It needs no tables.
//!
//! A weight `w` becomes the number `z = 2w` if `w ≥ 0`, else `z = −2w − 1`. Its lower `k` bits are
//! stored as they are, and the rest, `z >> k`, as a run of zeros and a one. One `k` serves all
//! weights of a list: the one with the fewest bits, the least if several have.
//!
//! ```text
//! 1 byte      0x20 + k, k from 3 to 31
//! 4 bytes     number of weights, little-endian
//! the ones    for each weight: z >> k zeros, then a one
//! lower bits  for each weight: the lower k bits of z, least significant first
//! ```
//!
//! Both lists of bits begin with the least significant bit of a byte and are filled up with zeros
//! to a whole byte. `k ≥ 3` bounds memory: a weight takes at least half a byte in a file.

use alloc::vec::Vec;

const TAG: u8 = 0x20;
const LEAST: u32 = 3;
const MOST: u32 = 31;

/// The code of `weights`.
pub(crate) fn encode(weights: &[i32]) -> Vec<u8> {
    let low_bits = best(weights);
    let mut ones = Bits::default();
    let mut lows = Bits::default();
    for weight in weights {
        let number = zigzag(*weight);
        let high = high(number, low_bits);
        ones.push_zeros(high);
        ones.push(1, 1);
        lows.push(number ^ high.unbounded_shl(low_bits), low_bits);
    }
    let count = u32::try_from(weights.len()).unwrap_or(u32::MAX);
    let tag = TAG.saturating_add(u8::try_from(low_bits).unwrap_or(u8::MAX));
    let mut bytes = alloc::vec![tag];
    bytes.extend(count.to_le_bytes());
    bytes.extend(ones.finish());
    bytes.extend(lows.finish());
    bytes
}

/// The weights that `bytes` is a code of, or `None`. Bytes that are longer than they need be may be
/// accepted: compare with [`encode`].
pub(crate) fn decode(bytes: &[u8]) -> Option<Vec<i32>> {
    let (tag, rest) = bytes.split_first()?;
    let (count, rest) = rest.split_first_chunk()?;
    let low_bits = u32::from(tag.checked_sub(TAG)?);
    let count = usize::try_from(u32::from_le_bytes(*count)).ok()?;
    if !(LEAST..=MOST).contains(&low_bits) {
        return None;
    }
    let all_low_bits = count.checked_mul(usize::try_from(low_bits).ok()?)?;
    let ones = rest.len().checked_sub(all_low_bits.div_ceil(8))?;
    let (ones, lows) = rest.split_at_checked(ones)?;
    // A weight has a one, so this list is not longer than the bytes that are there.
    if count > ones.len().saturating_mul(8) {
        return None;
    }
    let mut weights = Vec::with_capacity(count);
    let mut lows = Reader::new(lows);
    let mut high = 0_u32;
    for bit in ones.iter().flat_map(|byte| bits_of(*byte)) {
        if weights.len() == count {
            break;
        }
        if bit {
            let shifted = high.checked_mul(1_u32.unbounded_shl(low_bits))?;
            weights.push(unzigzag(shifted | lows.take(low_bits)?));
            high = 0;
        } else {
            high = high.checked_add(1)?;
        }
    }
    (weights.len() == count).then_some(weights)
}

/// The `k` with the fewest bits. The bits that one more saves get fewer with each, so the first
/// that saves nothing is the last to try.
fn best(weights: &[i32]) -> u32 {
    let bits = |low_bits: u32| {
        let each = u64::from(low_bits).saturating_add(1);
        weights.iter().fold(0_u64, |sum, weight| {
            let high = high(zigzag(*weight), low_bits);
            sum.saturating_add(each).saturating_add(u64::from(high))
        })
    };
    let mut best = (LEAST, bits(LEAST));
    for low_bits in LEAST.saturating_add(1)..=MOST {
        let tried = bits(low_bits);
        if tried >= best.1 {
            break;
        }
        best = (low_bits, tried);
    }
    best.0
}

const fn high(number: u32, low_bits: u32) -> u32 {
    number.unbounded_shr(low_bits)
}

/// `0, −1, 1, −2, …` become `0, 1, 2, 3, …`.
const fn zigzag(weight: i32) -> u32 {
    (weight.cast_unsigned() << 1) ^ (weight >> 31).cast_unsigned()
}

const fn unzigzag(number: u32) -> i32 {
    (number >> 1).cast_signed() ^ (number & 1).cast_signed().wrapping_neg()
}

/// The bits of a byte, the least significant first.
fn bits_of(byte: u8) -> impl Iterator<Item = bool> {
    (0..8).map(move |bit| byte.unbounded_shr(bit) & 1 == 1)
}

/// Bits that are written one after the other.
#[derive(Debug, Default)]
struct Bits {
    bytes: Vec<u8>,
    /// The bits after the last whole byte.
    held: u64,
    /// How many they are, at most 7 between calls.
    count: u32,
}

impl Bits {
    /// Appends the lower `count` bits of `number`, which has no others; at most 32.
    fn push(&mut self, number: u32, count: u32) {
        self.held |= u64::from(number).unbounded_shl(self.count);
        self.count = self.count.saturating_add(count);
        while self.count >= 8 {
            let [lowest, ..] = self.held.to_le_bytes();
            self.bytes.push(lowest);
            self.held >>= 8;
            self.count = self.count.saturating_sub(8);
        }
    }

    fn push_zeros(&mut self, count: u32) {
        let mut left = count;
        while left > 0 {
            let some = left.min(32);
            self.push(0, some);
            left = left.saturating_sub(some);
        }
    }

    /// The bytes, the last filled up with zeros.
    fn finish(mut self) -> Vec<u8> {
        if self.count > 0 {
            self.push(0, 8_u32.saturating_sub(self.count));
        }
        self.bytes
    }
}

/// Bits that are read one after the other.
#[derive(Debug)]
struct Reader<'a> {
    bytes: core::slice::Iter<'a, u8>,
    held: u64,
    count: u32,
}

impl<'a> Reader<'a> {
    fn new(bytes: &'a [u8]) -> Self {
        Self {
            bytes: bytes.iter(),
            held: 0,
            count: 0,
        }
    }

    /// The next `count` bits, at most 32; `None` at the end.
    fn take(&mut self, count: u32) -> Option<u32> {
        while self.count < count {
            let byte = u64::from(*self.bytes.next()?);
            self.held |= byte.unbounded_shl(self.count);
            self.count = self.count.saturating_add(8);
        }
        let mask = 1_u64.unbounded_shl(count).saturating_sub(1);
        let taken = self.held & mask;
        self.held = self.held.unbounded_shr(count);
        self.count = self.count.saturating_sub(count);
        u32::try_from(taken).ok()
    }
}
