//! The inflated bytes, in 64-bit words.
//!
//! A zkVM has no unaligned loads and stores. So bytes are gathered in a word and stored eight at a
//! time, and a copy of earlier bytes (RFC 1951, section 3.2.3) goes word by word, each put together
//! from two.

use core::cell::Cell;

/// Words before the first byte. A copy reads whole words, so it may begin to read up to seven bytes
/// before the bytes that it copies.
pub(super) const BEFORE: usize = 1;

/// Words after the last byte. A copy may write that far beyond the end before this is noticed, and
/// rows are read in whole groups of words.
pub(super) const AFTER: usize = 40;

/// `REPEAT[n]` times a value of `n` bytes, 1 to 7, repeats these bytes to the end of a word.
const REPEAT: [u64; 8] = [
    0,
    0x0101_0101_0101_0101,
    0x0001_0001_0001_0001,
    0x0001_0000_0100_0001,
    0x0000_0001_0000_0001,
    0x0000_0100_0000_0001,
    0x0001_0000_0000_0001,
    0x0100_0000_0000_0001,
];

/// `MULTIPLE[n]` is the least multiple of a distance `n`, 1 to 7, that is at least 8.
const MULTIPLE: [usize; 8] = [8, 8, 8, 9, 8, 10, 12, 14];

/// Words being written.
#[derive(Clone, Copy)]
pub(super) struct Output<'a> {
    words: &'a [Cell<u64>],
    /// The index after the last complete word.
    next: usize,
    /// The word at `next` as far as it is written, with zeros above.
    partial: u64,
    /// The number of bits written to it: a multiple of 8, at most 56.
    fill: u64,
}

impl<'a> Output<'a> {
    pub(super) const fn new(words: &'a mut [u64]) -> Self {
        Self {
            words: Cell::from_mut(words).as_slice_of_cells(),
            next: BEFORE,
            partial: 0,
            fill: 0,
        }
    }

    /// The number of bytes written.
    #[inline(always)]
    pub(super) const fn len(&self) -> usize {
        8 * (self.next - BEFORE) + (self.fill >> 3) as usize
    }

    /// Stores the last word; `None` if there are more bytes than room.
    pub(super) fn flush(&self) -> Option<()> {
        self.words.get(self.next)?.set(self.partial);
        Some(())
    }

    /// Writes the lowest `bits` bits of `bytes`, at most 56. The bits above must be zero. `None` if
    /// the room is used up.
    #[inline(always)]
    pub(super) fn write(&mut self, bytes: u64, bits: u64) -> Option<()> {
        let free = 64 - self.fill;
        self.partial |= bytes << (self.fill & 63);
        self.fill += bits;
        if self.fill >= 64 {
            self.words.get(self.next)?.set(self.partial);
            self.next += 1;
            self.partial = bytes >> (free & 63);
            self.fill -= 64;
        }
        Some(())
    }

    /// Appends `length` bytes, each a copy of the one `distance` bytes before it; `None` if fewer
    /// bytes have been written, or the room is used up.
    #[inline(always)]
    pub(super) fn copy(&mut self, distance: usize, length: usize) -> Option<()> {
        if distance >= 8 {
            return self.copy_words(distance, length);
        }
        *self = self.copy_near(distance, length)?;
        Some(())
    }

    /// [`Self::copy`] for distances of at most 7. The state is passed by value, not borrowed, so
    /// that the caller can keep it in registers.
    #[inline(never)]
    fn copy_near(mut self, distance: usize, length: usize) -> Option<Self> {
        if distance > self.len() {
            return None;
        }
        let bytes = length.min(7);
        let bits = 8 * bytes as u64;
        self.write(self.repeated(distance) & ((1 << bits) - 1), bits)?;
        if length == bytes {
            return Some(self);
        }
        self.copy_words(MULTIPLE[distance & 7], length - bytes)?;
        Some(self)
    }

    /// The last `distance` bytes, at most 7, repeated.
    #[inline(always)]
    fn repeated(&self, distance: usize) -> u64 {
        let before = self.words.get(self.next - 1).map_or(0, Cell::get);
        let last = before >> self.fill | (self.partial << 1) << (63 - self.fill);
        (last >> (64 - 8 * distance)).wrapping_mul(REPEAT[distance & 7])
    }

    /// [`Self::copy`] for distances of at least 8, where a word depends only on words before it.
    ///
    /// A shift uses only the lowest six bits of its distance, and in these bits `!n` is `63 - n`.
    #[inline(always)]
    fn copy_words(&mut self, distance: usize, length: usize) -> Option<()> {
        let from = (8 * self.next).wrapping_sub(distance);
        if from < 8 * BEFORE && distance > self.len() {
            return None;
        }
        let end = self.fill + 8 * length as u64;
        let count = (end >> 6) as usize;
        let shift = (from as u64) << 3;
        let kept = !(u64::MAX << (end & 63));
        let mut source = self.words.get(from >> 3..)?.iter();
        let target = self.words.get(self.next..)?.get(..count)?;
        let mut low = source.next()?.get();
        if shift & 63 == 0 {
            let mut word = low >> self.fill << self.fill | self.partial;
            for target in target {
                target.set(word);
                word = source.next()?.get();
            }
            self.partial = word & kept;
        } else {
            let mut high = source.next()?.get();
            let join = |low, high| low >> (shift & 63) | (high << 1) << (!shift & 63);
            let mut word = join(low, high) >> self.fill << self.fill | self.partial;
            for target in target {
                target.set(word);
                low = high;
                high = source.next()?.get();
                word = join(low, high);
            }
            self.partial = word & kept;
        }
        self.fill = end & 63;
        self.next += count;
        Some(())
    }
}
