//! Symbols, and how they and the bits that follow them are entered in tables.

/// Bits that index a table.
pub(super) const INDEX_BITS: u32 = 10;

/// Entries of a table.
pub(super) const ENTRIES: usize = 1 << INDEX_BITS;

/// In an entry, and by addition in the reader's state: the symbol is not in the table. The entry
/// consumes nothing.
pub(super) const ABSENT: u64 = 0x40;

/// Likewise: the block ends.
pub(super) const END_OF_BLOCK: u64 = 0x80;

/// Place of the number of coefficients passed.
pub(super) const ADVANCE: u32 = 8;

/// Place of the signed value.
pub(super) const VALUE: u32 = 16;

/// Symbols by the buffer's top bits.
///
/// An entry has, from its lowest bit: the length in bits of code and value (6 bits), [`ABSENT`],
/// [`END_OF_BLOCK`], the number of coefficients that the symbol passes (8 bits), and the coefficient's
/// value (16 bits). In the entry of an absent symbol there is a [`Symbol`] instead of the value, if only the
/// value has no room.
pub(super) type Entries = [u32; ENTRIES];

/// Entries to be filled in. (An array in a box would first be on the stack.)
pub(super) fn boxed() -> Box<Entries> {
    let entries: Result<Box<Entries>, _> = vec![0; ENTRIES].into_boxed_slice().try_into();
    entries.unwrap_or_else(|_| Box::new([0; ENTRIES]))
}

/// `entries.fill(entry)` in fewer instructions.
#[inline(always)]
pub(super) fn fill(entries: &mut [u32], entry: u32) {
    let (chunks, rest) = entries.as_chunks_mut::<8>();
    for chunk in chunks {
        *chunk = [entry; 8];
    }
    for place in rest {
        *place = entry;
    }
}

/// The entry for the buffer's top bits.
#[inline(always)]
pub(super) const fn look_up(entries: &Entries, buffer: u64) -> u32 {
    entries[(buffer >> (64 - INDEX_BITS)) as usize]
}

/// A code's length, and what it stands for.
#[derive(Clone, Copy)]
pub(super) struct Symbol {
    pub(super) length: u32,
    /// Bits of the value that follows.
    pub(super) size: u32,
    /// How many coefficients it passes, with its own; 0 at the end of a block.
    pub(super) advance: u32,
}

impl Symbol {
    /// To an entry without its value.
    #[inline(always)]
    pub(super) const fn stride(self) -> u32 {
        let end = if self.advance == 0 { END_OF_BLOCK } else { 0 };
        (self.length + self.size) | end as u32 | self.advance << ADVANCE
    }

    /// To an absent entry.
    pub(super) const fn to_entry(self) -> u32 {
        let symbol = self.length | self.size << 5 | self.advance << 9;
        ABSENT as u32 | symbol << VALUE
    }

    /// From an absent entry; `None` if the code is unknown.
    pub(super) const fn of(entry: u32) -> Option<Self> {
        let symbol = entry >> VALUE;
        if symbol == 0 {
            return None;
        }
        Some(Self {
            length: symbol & 31,
            size: symbol >> 5 & 15,
            advance: symbol >> 9,
        })
    }
}

/// A value of `size` bits as a signed number (F.2.2.1, `EXTEND`).
pub(super) const fn extend(bits: u32, size: u32) -> i32 {
    if size == 0 || bits >> (size - 1) != 0 {
        bits as i32
    } else {
        bits as i32 - (1 << size) + 1
    }
}
