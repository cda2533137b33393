//! Symbols, and the entries of tables that hold a symbol and the value bits that follow it.

/// The number of bits that index a table.
pub(super) const INDEX_BITS: u32 = 10;

/// Entries of a table.
pub(super) const ENTRIES: usize = 1 << INDEX_BITS;

/// The symbol is not in the table, so the entry consumes no bits. This flag is in an entry, and
/// reaches the reader's state when the entry is added to it.
pub(super) const ABSENT: u64 = 0x40;

/// The block ends. A flag like [`ABSENT`].
pub(super) const END_OF_BLOCK: u64 = 0x80;

/// The lowest bit of the number of coefficients passed, in an entry and in the state.
pub(super) const ADVANCE: u32 = 8;

/// The lowest bit of the signed value in an entry.
pub(super) const VALUE: u32 = 16;

/// A table of symbols, indexed by the buffer's top bits.
///
/// An entry has, from its lowest bit: the length in bits of code and value (6 bits), [`ABSENT`],
/// [`END_OF_BLOCK`], the number of coefficients that the symbol passes (8 bits), and the
/// coefficient's value (16 bits). If a code fits the index but its value does not, the entry is
/// [`ABSENT`] and holds a [`Symbol`] in place of the value.
pub(super) type Entries = [u32; ENTRIES];

/// A table to be filled in. (`Box::new` of an array would build it on the stack first.)
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

/// A code's length and meaning.
#[derive(Clone, Copy)]
pub(super) struct Symbol {
    /// Bits of the code.
    /// Bits of the code.
    pub(super) length: u32,
    /// Bits of the value that follows.
    pub(super) size: u32,
    /// The number of coefficients that it passes, including its own; 0 for the end of a block.
    pub(super) advance: u32,
}

impl Symbol {
    /// An entry that passes over this symbol and its value.
    #[inline(always)]
    pub(super) const fn stride(self) -> u32 {
        let end = if self.advance == 0 { END_OF_BLOCK } else { 0 };
        (self.length + self.size) | end as u32 | self.advance << ADVANCE
    }

    /// The absent entry that holds this symbol.
    pub(super) const fn to_entry(self) -> u32 {
        let symbol = self.length | self.size << 5 | self.advance << 9;
        ABSENT as u32 | symbol << VALUE
    }

    /// The symbol that an absent entry holds, if any.
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

/// The signed number that a value of `size` bits stands for (F.2.2.1, `EXTEND`).
pub(super) const fn extend(bits: u32, size: u32) -> i32 {
    if size == 0 || bits >> (size - 1) != 0 {
        bits as i32
    } else {
        bits as i32 - (1 << size) + 1
    }
}
