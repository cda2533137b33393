//! The data of several chunks, put together.

use super::crc;

/// The bytes of a stream in words, least significant byte first.
pub(super) struct Stream {
    words: Vec<u32>,
    /// The bytes after the last word.
    partial: u64,
    /// How many bits these have, fewer than 32.
    fill: u32,
}

impl Stream {
    pub(super) fn with_capacity(bytes: usize) -> Self {
        Self {
            words: Vec::with_capacity(bytes / 4 + 4),
            partial: 0,
            fill: 0,
        }
    }

    /// Appends the data of a chunk, and continues its check sum; the result is that sum. One pass does
    /// both, because the bytes are where they are and so are loaded one by one.
    pub(super) fn add(&mut self, data: &[u8], mut register: u32) -> u32 {
        let (blocks, rest) = data.as_chunks();
        let fill = self.fill;
        let mut partial = self.partial;
        self.words.extend(blocks.iter().flat_map(|block| {
            let block = u64::from_le_bytes(*block);
            register = crc::block(register, block);
            let both = block << fill | partial;
            partial = block >> 1 >> (63 - fill);
            [both as u32, (both >> 32) as u32]
        }));
        self.partial = partial;
        for byte in rest {
            self.partial |= u64::from(*byte) << self.fill;
            self.fill += 8;
            if self.fill == 32 {
                self.words.push(self.partial as u32);
                (self.partial, self.fill) = (0, 0);
            }
        }
        !crc::bytes(register, rest)
    }

    /// Adds the last bytes and two words, so that a reader that looks ahead finds some.
    pub(super) fn end(mut self) -> Self {
        self.words.extend([self.partial as u32, 0, 0]);
        self
    }

    /// The words, after [`Self::end`]. Beyond the bytes, they are zero.
    pub(super) fn words(&self) -> &[u32] {
        &self.words
    }

    /// How many bytes there are, after [`Self::end`].
    pub(super) const fn len(&self) -> usize {
        4 * (self.words.len() - 3) + self.fill as usize / 8
    }
}
