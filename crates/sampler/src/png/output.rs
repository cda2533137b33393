//! What has been inflated, in 64-bit words.
//!
//! Unaligned loads and stores are not to be had in a zkVM, so bytes are gathered in a word and stored
//! eight at a time, and a copy from before (RFC 1951, section 3.2.3) is one of words, each put together
//! from two.

use core::cell::Cell;

/// Words before the first byte: a copy goes from the start of a word, so that what it reads begins up to
/// seven bytes before what is copied.
pub(super) const BEFORE: usize = 1;

/// Words after the last byte: a copy may be that much too long before it is noticed, and rows are read
/// in groups of words.
pub(super) const AFTER: usize = 40;

/// One to seven bytes, multiplied by it, are repeated to the end of a word.
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

/// The least multiple of a distance, of 1 to 7, that is at least 8.
const MULTIPLE: [usize; 8] = [8, 8, 8, 9, 8, 10, 12, 14];

/// Words being written.
#[derive(Clone, Copy)]
pub(super) struct Output<'a> {
    words: &'a [Cell<u64>],
    /// Complete words.
    next: usize,
    /// The word after them, as far as it is known; zero beyond.
    partial: u64,
    /// How many of its bits are known: a multiple of 8, at most 56.
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

    /// Bytes written.
    #[inline(always)]
    pub(super) const fn len(&self) -> usize {
        8 * (self.next - BEFORE) + (self.fill >> 3) as usize
    }

    /// Stores the last word; `None` if there are too many.
    pub(super) fn flush(&self) -> Option<()> {
        self.words.get(self.next)?.set(self.partial);
        Some(())
    }

    /// Writes the bytes in the lowest `bits` bits, at most 56; those above are zero.
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

    /// Repeats `length` bytes from `distance` bytes before; `None` if there are fewer before, or there
    /// are too many.
    #[inline(always)]
    pub(super) fn copy(&mut self, distance: usize, length: usize) -> Option<()> {
        if distance >= 8 {
            return self.copy_words(distance, length);
        }
        *self = self.copy_near(distance, length)?;
        Some(())
    }

    /// [`Self::copy`] for distances of at most 7. The state is taken and returned, not borrowed, so that
    /// it is kept in registers where distances are greater.
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

    /// [`Self::copy`] for distances of at least 8, where no word depends on itself.
    ///
    /// Only the lowest six bits of a number count where it is shifted by, and `!n` is `63 - n` in these.
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
