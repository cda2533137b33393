//! A stream of bits, least significant first (RFC 1951, section 3.1.1).

/// Reads bits of 32-bit words, least significant first.
#[derive(Clone, Copy)]
pub(super) struct Bits<'a> {
    words: &'a [u32],
    /// How many words are in the buffer or were.
    next: usize,
    /// The next bits; zero beyond them.
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

    /// Makes sure that there are 32 bits in the buffer; `None` if there is no further word.
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

    /// Forgets some bits of the buffer, fewer than 64.
    #[inline(always)]
    pub(super) const fn skip(&mut self, bits: u64) {
        self.buffer >>= bits & 63;
        self.count = self.count.wrapping_sub(bits);
    }

    /// The next up to 32 bits, after a refill.
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

    /// How many bits have been read or skipped.
    pub(super) const fn position(&self) -> u64 {
        32 * self.next as u64 - self.count
    }
}
