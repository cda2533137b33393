//! A stream of bits, least significant first (RFC 1951, section 3.1.1).

/// Reads bits of 32-bit words, least significant first.
#[derive(Clone, Copy)]
pub(super) struct Bits<'a> {
    words: &'a [u32],
    /// How many words have been moved into the buffer.
    next: usize,
    /// The next bits, lowest first, with zeros above them.
    pub(super) buffer: u64,
    /// How many bits are in the buffer.
    count: u64,
}

impl<'a> Bits<'a> {
    pub(super) const fn new(words: &'a [u32]) -> Self {
        Self {
            words,
            next: 0,
            buffer: 0,
            count: 0,
        }
    }

    /// Makes sure that the buffer has at least 32 bits; `None` at the end of the words.
    #[inline(always)]
    pub(super) fn refill(&mut self) -> Option<()> {
        if self.count < 32 {
            let word = *self.words.get(self.next)?;
            self.buffer |= u64::from(word) << self.count;
            self.next += 1;
            self.count += 32;
        }
        Some(())
    }

    /// Drops fewer than 64 bits from the buffer, which must have them.
    #[inline(always)]
    pub(super) const fn skip(&mut self, bits: u64) {
        self.buffer >>= bits & 63;
        self.count = self.count.wrapping_sub(bits);
    }

    /// Reads at most 32 bits, refilling the buffer first; `None` at the end of the words.
    pub(super) fn take(&mut self, bits: u64) -> Option<u64> {
        self.refill()?;
        let taken = self.buffer & ((1 << bits) - 1);
        self.skip(bits);
        Some(taken)
    }

    /// Skips the rest of a byte.
    pub(super) const fn align(&mut self) {
        self.skip(self.count & 7);
    }

    /// The number of bits that have been read or skipped.
    pub(super) const fn position(&self) -> u64 {
        32 * self.next as u64 - self.count
    }
}
