//! Huffman tables that yield a symbol together with the value bits that follow it (T.81, F.2.2).

use super::header::Codes;
use super::symbol::{
    ABSENT, ADVANCE, END_OF_BLOCK, ENTRIES, Entries, INDEX_BITS, Symbol, VALUE, boxed, extend,
    fill, look_up,
};

/// A look-up table for short codes, and the codes themselves for those too long for the table.
pub(super) struct Decoder<'a> {
    pub(super) entries: Box<Entries>,
    codes: Codes<'a>,
    /// For each code length, the end of the codes of that length, in the top bits of 16.
    limits: [u32; 17],
    /// For each code length, the number to add to a code to get its symbol's index.
    offsets: [u32; 17],
    /// The symbols of longer codes as absent entries, indexed by the next 16 bits minus `limit`.
    /// Left empty if it would have more than 1024 entries; then these symbols are searched for.
    long: Vec<u32>,
    /// The least 16 bits that begin with a longer code.
    limit: u64,
    is_dc: bool,
}

impl<'a> Decoder<'a> {
    /// A decoder of the differences between first coefficients (F.2.2.1).
    pub(super) fn dc(codes: Codes<'a>) -> Self {
        Self::new(codes, true)
    }

    /// A decoder of the other coefficients (F.2.2.2).
    pub(super) fn ac(codes: Codes<'a>) -> Self {
        Self::new(codes, false)
    }

    fn new(codes: Codes<'a>, is_dc: bool) -> Self {
        let mut decoder = Self {
            entries: boxed(),
            codes,
            limits: [0; 17],
            offsets: [0; 17],
            long: Vec::new(),
            limit: 0,
            is_dc,
        };
        let mut code = 0;
        let mut index = 0;
        for (length, count) in (1..).zip(codes.counts) {
            let place = length as usize;
            let end = code + u32::from(*count);
            decoder.offsets[place] = (index as u32).wrapping_sub(code);
            if length <= INDEX_BITS {
                for next in code..end {
                    decoder.enter(index + (next - code) as usize, length, next);
                }
            }
            index += usize::from(*count);
            decoder.limits[place] = end << (16 - length);
            code = end << 1;
        }
        decoder.enter_long();
        decoder
    }

    /// Enters the codes longer than [`INDEX_BITS`], after all shorter ones.
    fn enter_long(&mut self) {
        const MOST: u32 = 1024;
        let from = self.limits[INDEX_BITS as usize];
        if let Some(entries) = self.entries.get_mut((from >> (16 - INDEX_BITS)) as usize..) {
            fill(entries, ABSENT as u32);
        }
        if (1 << 16) - from > MOST {
            return;
        }
        self.limit = u64::from(from);
        self.long = vec![0; (1 << 16) - from as usize];
        let mut place = 0;
        let counts = self.codes.counts.iter().map(|count| usize::from(*count));
        let mut index = counts.take(INDEX_BITS as usize).sum();
        for (length, count) in (1..).zip(self.codes.counts).skip(INDEX_BITS as usize) {
            for _ in 0..*count {
                let entry = self.symbol(index, length).map_or(0, Symbol::to_entry);
                let width = 1 << (16 - length);
                if let Some(entries) = self.long.get_mut(place..place + width) {
                    fill(entries, entry);
                }
                place += width;
                index += 1;
            }
        }
    }

    /// Enters a code of at most [`INDEX_BITS`], with every value that fits in the index after the
    /// code.
    fn enter(&mut self, index: usize, length: u32, code: u32) {
        let symbol = self.symbol(index, length);
        let free = INDEX_BITS - length;
        let from = (code << free) as usize;
        let Some(entries) = self.entries.get_mut(from..from + (1 << free)) else {
            return;
        };
        let Some(symbol) = symbol else {
            fill(entries, ABSENT as u32);
            return;
        };
        let Symbol { size, advance, .. } = symbol;
        let entry = (length + size) | advance << ADVANCE;
        if advance == 0 {
            fill(entries, entry | END_OF_BLOCK as u32);
        } else if size > free || (size == 0 && !self.is_dc) {
            // The symbol that passes 16 coefficients without a value also takes this way.
            fill(entries, symbol.to_entry());
        } else {
            for (bits, entries) in (0..).zip(entries.chunks_exact_mut(1 << (free - size))) {
                fill(entries, entry | (extend(bits, size) as u32) << VALUE);
            }
        }
    }

    /// The meaning of the symbol at this index. `None` if baseline JPEG lacks the symbol.
    fn symbol(&self, index: usize, length: u32) -> Option<Symbol> {
        let symbol = u32::from(*self.codes.symbols.get(index)?);
        let (run, size) = match (symbol >> 4, symbol & 15) {
            _ if self.is_dc => (0, symbol),
            (0, 0) => {
                return Some(Symbol {
                    length,
                    size: 0,
                    advance: 0,
                });
            }
            (1..=14, 0) => return None,
            (run, size) => (run, size),
        };
        Some(Symbol {
            length,
            size,
            advance: run + 1,
        })
    }

    /// The symbol on top of the buffer, given its `entry`, which is an absent one. `None` if the
    /// code is unknown, or has to be looked for by [`search`](Self::search).
    #[inline(always)]
    pub(super) fn absent(&self, entry: u32, buffer: u64) -> Option<Symbol> {
        match Symbol::of(entry) {
            Some(symbol) => Some(symbol),
            None => {
                let beyond = (buffer >> 48).wrapping_sub(self.limit);
                Symbol::of(*self.long.get(beyond as usize)?)
            }
        }
    }

    /// The symbol on top of the buffer; `None` if the code is unknown, or baseline JPEG lacks its
    /// symbol.
    #[cold]
    #[inline(never)]
    pub(super) fn search(&self, buffer: u64) -> Option<Symbol> {
        let bits = (buffer >> 48) as u32;
        let length = (1..17).find(|length| bits < self.limits[*length as usize])?;
        let code = bits >> (16 - length);
        let index = code.wrapping_add(self.offsets[length as usize]) as usize;
        self.symbol(index, length)
    }

    /// An entry as in [`strides`](Self::strides) that passes over exactly one symbol.
    #[cold]
    #[inline(never)]
    pub(super) fn stride(&self, buffer: u64) -> Option<u32> {
        let entry = look_up(&self.entries, buffer);
        if entry & ABSENT as u32 == 0 {
            return Some(entry & 0xffff);
        }
        let symbol = self.absent(entry, buffer).or_else(|| self.search(buffer));
        symbol.map(Symbol::stride)
    }

    /// The most bits that a value after a symbol has.
    pub(super) fn greatest_size(&self) -> u32 {
        let symbols = self.codes.symbols.iter();
        symbols
            .map(|symbol| u32::from(symbol & 15))
            .max()
            .unwrap_or(0)
    }

    /// A table whose entries pass several symbols at once, for blocks whose values do not matter.
    #[inline(never)]
    pub(super) fn strides(&self) -> Box<Entries> {
        let mut single = boxed();
        let absent = ABSENT as u32 | 31 << VALUE;
        let mut code = 0;
        let mut index = 0;
        for (length, count) in (1..=INDEX_BITS).zip(self.codes.counts) {
            for _ in 0..*count {
                let entry = match self.symbol(index, length) {
                    Some(symbol) => symbol.stride() | length << VALUE,
                    None => absent,
                };
                let free = INDEX_BITS - length;
                let from = code << free;
                if let Some(entries) = single.get_mut(from..from + (1 << free)) {
                    fill(entries, entry);
                }
                code += 1;
                index += 1;
            }
            code <<= 1;
        }
        if let Some(entries) = single.get_mut(code >> 1..) {
            fill(entries, absent);
        }
        let mut strides = boxed();
        for (index, stride) in strides.iter_mut().enumerate() {
            let mut sum = single[index];
            loop {
                let length = sum & 63;
                if length >= INDEX_BITS || sum & (ABSENT | END_OF_BLOCK) as u32 != 0 {
                    break;
                }
                let next = single[(index << length) % ENTRIES];
                if length + (next >> VALUE) > INDEX_BITS {
                    break;
                }
                sum += next & 0xffff;
            }
            *stride = sum & 0xffff;
        }
        strides
    }
}
