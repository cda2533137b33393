//! The meanings of symbols (RFC 1951, section 3.2.5).

/// The meaning of the stream's next bits: one or two literals, a length or distance, or a rare
/// case.
#[derive(Clone, Copy, PartialEq, Eq)]
#[repr(C, align(8))]
pub(super) struct Entry {
    /// The literals, or the least value of a length or distance; zero for a rare case.
    pub(super) least: u16,
    /// The mask of a value's extra bits. In a rare case: [`END`], [`INVALID`], or the beginning of
    /// a code that is longer than the table's bits.
    pub(super) mask: u16,
    /// The number of bits of the code or codes.
    pub(super) code: u8,
    /// The number of bits of the code or codes, and of the extra bits.
    pub(super) all: u8,
    /// The number of bits of the literals, 8 or 16; zero for every other meaning.
    pub(super) literals: u8,
}

/// The end of a block.
pub(super) const END: u16 = 1 << 15;

/// The bits are not a code, or their symbol never occurs in a sound file.
pub(super) const INVALID: u16 = 1 << 14;

/// Literals and lengths of RFC 1951, without their codes.
pub(super) static LITERALS: [Entry; 288] = literals();

/// Distances of RFC 1951, without their codes.
pub(super) static DISTANCES: [Entry; 32] = distances();

/// Code lengths and their repetitions: each symbol means its own number.
pub(super) static LENGTHS: [Entry; 19] = plain();

impl Entry {
    pub(super) const fn rare(mask: u16) -> Self {
        Self {
            least: 0,
            mask,
            code: 0,
            all: 0,
            literals: 0,
        }
    }

    const fn literal(byte: u8) -> Self {
        Self {
            least: byte as u16,
            mask: 0,
            code: 0,
            all: 0,
            literals: 8,
        }
    }

    const fn value(least: u16, extra: u8) -> Self {
        Self {
            least,
            mask: (1 << extra) - 1,
            code: 0,
            all: extra,
            literals: 0,
        }
    }

    /// The entry for a code of `bits` bits whose symbol has this meaning; invalid without a
    /// meaning.
    pub(super) fn of(meaning: Option<&Self>, bits: usize) -> Self {
        let meaning = meaning.copied().unwrap_or(Self::rare(INVALID));
        Self {
            code: bits as u8,
            all: meaning.all + bits as u8,
            ..meaning
        }
    }

    /// Whether this is the end of a block, in an entry that is valid.
    /// Whether this is the end of a block, in an entry that is valid.
    pub(super) const fn is_end(self) -> bool {
        self.least == 0 && self.literals == 0
    }
}

const fn literals() -> [Entry; 288] {
    let mut all = [Entry::rare(INVALID); 288];
    let mut literal = 0;
    while literal < 256 {
        all[literal] = Entry::literal(literal as u8);
        literal += 1;
    }
    all[256] = Entry::rare(END);
    let (mut symbol, mut least) = (257, 3);
    while symbol < 285 {
        let extra = if symbol < 265 { 0 } else { (symbol - 261) / 4 };
        all[symbol] = Entry::value(least, extra as u8);
        least += 1 << extra;
        symbol += 1;
    }
    all[285] = Entry::value(258, 0);
    all
}

const fn distances() -> [Entry; 32] {
    let mut all = [Entry::rare(INVALID); 32];
    let (mut symbol, mut least) = (0, 1);
    while symbol < 30 {
        let extra = if symbol < 4 { 0 } else { (symbol - 2) / 2 };
        all[symbol] = Entry::value(least, extra as u8);
        least = least.wrapping_add(1 << extra);
        symbol += 1;
    }
    all
}

const fn plain() -> [Entry; 19] {
    let mut all = [Entry::rare(0); 19];
    let mut symbol = 0;
    while symbol < 19 {
        all[symbol].least = symbol as u16;
        symbol += 1;
    }
    all
}
