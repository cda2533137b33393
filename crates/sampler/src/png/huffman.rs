//! Huffman codes of a compressed block (RFC 1951, section 3.2.2), as tables that are indexed by the
//! next bits of the stream.
//!
//! An entry has the whole meaning of a symbol, each part where one instruction loads it.

use super::symbols::{DISTANCES, END, Entry, INVALID, LENGTHS, LITERALS};

/// The most bits of a code.
const LONGEST: usize = 15;

/// The number of bits that index a table of literals and lengths.
pub(super) const LITERAL_BITS: usize = 10;

/// The number of bits that index a table of distances.
pub(super) const DISTANCE_BITS: usize = 9;

/// A table that looks up codes of at most [`BITS`](Self::BITS) bits at once, where `1 << BITS ==
/// SIZE`.
pub(super) struct Table<const SIZE: usize> {
    entries: [Entry; SIZE],
    /// The number of codes of each length.
    counts: [u16; LONGEST + 1],
    /// The symbols, ordered by the length of their code, then by value.
    symbols: [u16; 288],
    /// For each symbol its entry, without a code.
    /// For each symbol its entry, without a code.
    meanings: &'static [Entry],
}

/// Which codes may be incomplete (RFC 1951, section 3.2.7).
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Completeness {
    /// No code may be incomplete.
    Complete,
    /// A code may have no symbol, or one symbol with a code of one bit.
    OneOrNone,
}

impl<const SIZE: usize> Table<SIZE> {
    pub(super) const BITS: usize = SIZE.trailing_zeros() as usize;

    const fn new(meanings: &'static [Entry]) -> Self {
        Self {
            entries: [Entry::rare(INVALID); SIZE],
            counts: [0; LONGEST + 1],
            symbols: [0; 288],
            meanings,
        }
    }

    /// The entry for the stream's next bits.
    #[inline(always)]
    pub(super) const fn entry(&self, stream: u64) -> &Entry {
        &self.entries[stream as usize & (SIZE - 1)]
    }

    /// Makes the table from the code length of each symbol; `None` if the lengths do not form a
    /// code.
    fn set(&mut self, lengths: &[u8], completeness: Completeness) -> Option<()> {
        self.counts = [0; LONGEST + 1];
        for length in lengths {
            *self.counts.get_mut(usize::from(*length))? += 1;
        }
        self.counts[0] = 0;
        let used: u32 = (1..=LONGEST)
            .map(|length| u32::from(self.counts[length]) << (LONGEST - length))
            .sum();
        let one_or_none = used == 0 || (used == 1 << (LONGEST - 1) && self.counts[1] == 1);
        if used != 1 << LONGEST {
            if completeness == Completeness::Complete || !one_or_none {
                return None;
            }
            self.entries = [Entry::rare(INVALID); SIZE];
        }
        self.sort(lengths);
        self.fill();
        Some(())
    }

    fn sort(&mut self, lengths: &[u8]) {
        let mut starts = [0; 16];
        for length in 1..LONGEST {
            starts[length + 1] = starts[length] + usize::from(self.counts[length]);
        }
        for (symbol, length) in lengths.iter().enumerate() {
            if *length > 0 {
                let start = &mut starts[usize::from(*length) & 15];
                if let Some(place) = self.symbols.get_mut(*start) {
                    *place = symbol as u16;
                }
                *start += 1;
            }
        }
    }

    /// Writes the entries of the codes that have at most the table's bits, then one for each
    /// beginning of a longer code. Codes are assigned in the order of [`Self::symbols`], and in the
    /// stream a code's first bit is the least significant.
    fn fill(&mut self) {
        let mut code = 0;
        let mut next = 0;
        for length in 1..=Self::BITS {
            for _ in 0..self.counts[length] {
                let symbol = usize::from(self.symbols.get(next).copied().unwrap_or_default());
                next += 1;
                let entry = Entry::of(self.meanings.get(symbol), length);
                let mut index = code;
                while index < SIZE {
                    self.entries[index] = entry;
                    index += 1 << length;
                }
                code = successor(code, length);
            }
        }
        let long = (Self::BITS + 1..=LONGEST).any(|length| self.counts[length] > 0);
        if long {
            let mut prefix = 0;
            for length in 1..=Self::BITS {
                prefix = (prefix + self.counts[length]) << 1;
            }
            for prefix in prefix >> 1..SIZE as u16 {
                self.entries[code & (SIZE - 1)] = Entry::rare(prefix);
                code = successor(code, Self::BITS);
            }
        }
    }

    /// The meaning of the stream's next bits where [`Self::entry`] is rare; `None` if the bits are
    /// not a code, or the code's symbol never occurs in a sound file.
    #[cold]
    #[inline(never)]
    pub(super) fn rare(&self, entry: Entry, stream: u64) -> Option<Entry> {
        if entry.mask == END {
            return Some(entry);
        }
        if entry.mask == INVALID {
            return None;
        }
        let (mut first, mut before) = (0, 0);
        for length in 1..=Self::BITS {
            first = (first + u64::from(self.counts[length])) << 1;
            before += usize::from(self.counts[length]);
        }
        let mut code = u64::from(entry.mask);
        for length in Self::BITS + 1..=LONGEST {
            code = code << 1 | stream >> (length - 1) & 1;
            let count = self.counts[length];
            if code - first < u64::from(count) {
                let symbol = *self.symbols.get(before + (code - first) as usize)?;
                let entry = Entry::of(self.meanings.get(usize::from(symbol)), length);
                return (entry.mask != INVALID).then_some(entry);
            }
            first = (first + u64::from(count)) << 1;
            before += usize::from(count);
        }
        None
    }
}

impl Table<{ 1 << LITERAL_BITS }> {
    /// A table of literals and lengths.
    pub(super) const fn literals() -> Self {
        Self::new(&LITERALS)
    }

    pub(super) fn set_literals(&mut self, lengths: &[u8]) -> Option<()> {
        self.set(lengths, Completeness::Complete)?;
        self.combine();
        Some(())
    }

    /// Joins the entries of two literals where both codes together have at most the table's bits.
    /// Goes from the last index down: the second literal is looked up at a smaller index, where it
    /// must still be alone.
    fn combine(&mut self) {
        let shortest = (1..=LONGEST).find(|length| self.counts[*length] > 0);
        let room = (Self::BITS - shortest.unwrap_or(LONGEST).min(Self::BITS)) as u8;
        for index in (0..self.entries.len()).rev() {
            let first = self.entries[index];
            if first.literals == 0 || first.code > room {
                continue;
            }
            let second = self.entry(index as u64 >> first.code);
            let code = first.code + second.code;
            if second.literals != 0 && usize::from(code) <= Self::BITS {
                let least = first.least | second.least << 8;
                self.entries[index] = Entry {
                    least,
                    code,
                    all: code,
                    literals: 16,
                    ..first
                };
            }
        }
    }
}

impl Table<{ 1 << DISTANCE_BITS }> {
    /// A table of distances.
    pub(super) const fn distances() -> Self {
        Self::new(&DISTANCES)
    }

    pub(super) fn set_distances(&mut self, lengths: &[u8]) -> Option<()> {
        self.set(lengths, Completeness::OneOrNone)
    }
}

/// The code in which code lengths are written (section 3.2.7). Its codes have at most seven bits.
pub(super) struct LengthCode {
    table: Table<128>,
}

impl LengthCode {
    pub(super) fn new(lengths: &[u8; 19]) -> Option<Self> {
        let mut table = Table::new(&LENGTHS);
        table.set(lengths, Completeness::Complete)?;
        Some(Self { table })
    }

    /// The number of bits of the next code, and its symbol.
    pub(super) const fn symbol(&self, stream: u64) -> (u64, u64) {
        let entry = self.table.entry(stream);
        (entry.code as u64, entry.least as u64)
    }
}

/// The code after another of the same length, both with their first bit lowest. Zero after the
/// last.
const fn successor(mut code: usize, length: usize) -> usize {
    let mut bit = 1 << (length - 1);
    while code & bit != 0 {
        code ^= bit;
        bit >>= 1;
    }
    code | bit
}
