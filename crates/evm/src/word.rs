//! Words of 32 bytes with packed fields.

/// A word whose fields are packed from the most significant bit on.
#[derive(Clone, Debug, Default)]
pub(crate) struct Word {
    bytes: [u8; 32],
    used: usize,
    overflows: bool,
}

impl Word {
    /// Appends a number of `bits` bits, a multiple of eight. One that does not fit makes [`Self::bytes`] return `None`.
    #[must_use]
    pub(crate) fn with(mut self, bits: usize, number: usize) -> Self {
        let bytes = (number as u64).to_be_bytes();
        let width = bits / 8;
        self.overflows |= width < 8 && number >> bits != 0;
        self.push(&bytes[8_usize.saturating_sub(width)..]);
        self
    }

    /// Appends a signed number of 64 bits.
    #[must_use]
    pub(crate) fn with_signed(mut self, number: i64) -> Self {
        self.push(&number.to_be_bytes());
        self
    }

    fn push(&mut self, bytes: &[u8]) {
        self.bytes[self.used..self.used + bytes.len()].copy_from_slice(bytes);
        self.used += bytes.len();
    }

    /// The word, zeros behind its fields; `None` if a number was too large for its field.
    pub(crate) fn bytes(&self) -> Option<[u8; 32]> {
        (!self.overflows).then_some(self.bytes)
    }
}
