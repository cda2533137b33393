//! The data of several chunks, put together.

use super::crc;

/// The bytes of a stream in words, least significant byte first.
pub(super) struct Stream {
    words: Vec<u32>,
    /// The bytes after the last complete word.
    partial: u64,
    /// The number of bits in `partial`, fewer than 32.
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

    /// Appends the data of a chunk, and returns its check sum, which continues from `register`. One
    /// pass does both: the data is not aligned, so its bytes are loaded one by one, and only once
    /// this way.
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

    /// Adds the last bytes and two words of zeros, for a reader that looks ahead.
    pub(super) fn end(mut self) -> Self {
        self.words.extend([self.partial as u32, 0, 0]);
        self
    }

    /// The words, with zeros after the last byte. Call [`Self::end`] before.
    pub(super) fn words(&self) -> &[u32] {
        &self.words
    }

    /// The number of bytes. Call [`Self::end`] before.
    pub(super) const fn len(&self) -> usize {
        4 * (self.words.len() - 3) + self.fill as usize / 8
    }
}
