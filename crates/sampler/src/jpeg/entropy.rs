//! Blocks of coefficients, decoded or passed over (T.81, F.2.2).

use super::bits::{Bits, EMPTY};
use super::header::Component;
use super::huffman::Decoder;
use super::symbol::{ABSENT, ADVANCE, END_OF_BLOCK, Entries, Symbol, VALUE, extend, look_up};
use super::transform::{Sums, Term};

/// Bits of the state, set in part once at least 64 coefficients have been passed.
const FULL: u64 = 0xc0 << ADVANCE;

/// Bits of the state that call for some work after a symbol.
const SPECIAL: u64 = EMPTY | ABSENT | END_OF_BLOCK | FULL;

/// A component's Huffman tables.
pub(super) struct Tables<'a> {
    dc: Decoder<'a>,
    ac: Decoder<'a>,
    strides: Option<Box<Entries>>,
    /// The greatest difference between the first coefficients of two blocks that the table can
    /// code.
    pub(super) greatest_difference: u64,
}

/// How many coefficients have been passed.
#[inline(always)]
const fn position(state: u64) -> usize {
    (state >> ADVANCE & 0xff) as usize
}

impl<'a> Tables<'a> {
    /// `skipped` is the number of blocks that will be passed over, whose values do not matter.
    pub(super) fn new(component: &Component<'a>, skipped: usize) -> Self {
        // Making the table takes about the instructions that it saves on this number of blocks.
        const WORTHWHILE: usize = 900;
        let dc = Decoder::dc(component.dc);
        let ac = Decoder::ac(component.ac);
        Self {
            greatest_difference: (1 << dc.greatest_size()) - 1,
            dc,
            strides: (skipped > WORTHWHILE).then(|| ac.strides()),
            ac,
        }
    }

    /// The tables for [`difference`](Self::difference), [`read`](Self::read) and
    /// [`skip`](Self::skip).
    pub(super) fn entries(&self) -> (&Entries, &Entries, &Entries) {
        let ac = &self.ac.entries;
        (&self.dc.entries, ac, self.strides.as_ref().unwrap_or(ac))
    }

    /// Begins a block: returns its first coefficient minus that of the previous block (F.2.2.1).
    ///
    /// This and the methods below return `None` if the data is damaged.
    #[inline(always)]
    pub(super) fn difference(&self, dc: &Entries, bits: &mut Bits<'_>) -> Option<i32> {
        let entry = look_up(dc, bits.buffer);
        bits.buffer <<= entry & 63;
        bits.state = (bits.state & 63) + u64::from(entry);
        let mut difference = entry as i32 >> VALUE;
        if bits.state & (ABSENT | EMPTY) != 0 {
            if bits.state & ABSENT != 0 {
                (_, difference) = self.dc.absent_value(bits, entry)?;
            }
            if bits.state & EMPTY != 0 {
                bits.refill()?;
            }
        }
        Some(difference)
    }

    /// Whether an end-of-block symbol comes next, which is then consumed: the block has no other
    /// coefficients. (A block without others may also be coded in longer ways.)
    #[inline(always)]
    pub(super) fn ends_at_once(ac: &Entries, bits: &mut Bits<'_>) -> Option<bool> {
        let entry = look_up(ac, bits.buffer);
        let ends = u64::from(entry) & END_OF_BLOCK != 0;
        if ends {
            bits.buffer <<= entry & 63;
            bits.state += u64::from(entry);
            if bits.state & EMPTY != 0 {
                bits.refill()?;
            }
        }
        Some(ends)
    }

    /// Reads the other coefficients, and adds their terms to the sums of some rows. Returns the
    /// number of coefficients passed, with the first; it is 1 if there were no others.
    #[inline(always)]
    pub(super) fn read<const ROWS: usize>(
        &self,
        ac: &Entries,
        bits: &mut Bits<'_>,
        terms: [&[Term; 64]; ROWS],
        sums: &mut [Sums; ROWS],
    ) -> Option<usize> {
        let mut add = |value: i32, state: u64| {
            let place = position(state) & 63;
            for (terms, sums) in terms.iter().zip(sums.iter_mut()) {
                sums.add(value, &terms[place]);
            }
        };
        let mut after_zeros = 0;
        loop {
            let entry = look_up(ac, bits.buffer);
            bits.buffer <<= entry & 63;
            bits.state = bits.state.wrapping_add(u64::from(entry));
            let special = bits.state & SPECIAL;
            if special == 0 {
                add(entry as i32 >> VALUE, bits.state);
                continue;
            }
            if special & (ABSENT | END_OF_BLOCK) == 0 {
                add(entry as i32 >> VALUE, bits.state);
            } else if special & ABSENT == 0 {
                break;
            } else {
                let (symbol, value) = self.ac.absent_value(bits, entry)?;
                if symbol.size != 0 {
                    add(value, bits.state);
                } else if symbol.advance != 0 {
                    after_zeros = position(bits.state);
                } else {
                    break;
                }
            }
            if bits.state & FULL != 0 {
                break;
            }
            if bits.state & EMPTY != 0 {
                bits.refill()?;
            }
        }
        if bits.state & EMPTY != 0 {
            bits.refill()?;
        }
        let position = position(bits.state);
        // A sound file does not code zeros at the end. They would make a block look as if it had
        // coefficients there.
        (position <= 64 && position != after_zeros).then_some(position)
    }

    /// Passes over the other coefficients.
    #[inline(always)]
    pub(super) fn skip(&self, strides: &Entries, bits: &mut Bits<'_>) -> Option<()> {
        loop {
            let entry = look_up(strides, bits.buffer);
            bits.buffer <<= entry & 63;
            bits.state = bits.state.wrapping_add(u64::from(entry));
            let special = bits.state & SPECIAL;
            if special == 0 {
                continue;
            }
            if special == EMPTY {
                bits.refill()?;
                continue;
            }
            if special & (ABSENT | FULL) == 0 {
                break;
            }
            let ended = if special & ABSENT != 0
                && let Some(symbol) = self.ac.absent(entry, bits.buffer)
            {
                let total = symbol.stride().wrapping_sub(entry);
                bits.buffer <<= total & 63;
                bits.state = bits.state.wrapping_add(u64::from(total));
                if bits.state & FULL != 0 && position(bits.state) != 64 {
                    return None;
                }
                bits.state & (FULL | END_OF_BLOCK) != 0
            } else {
                let ended;
                (*bits, ended) = self.skip_one(bits.clone(), entry)?;
                ended
            };
            if ended {
                break;
            }
            if bits.state & EMPTY != 0 {
                bits.refill()?;
            }
        }
        if bits.state & EMPTY != 0 {
            bits.refill()?;
        }
        Some(())
    }

    /// Passes over one symbol, where a stride is not possible or ends at or beyond the block's end.
    /// Returns also whether the block ends.
    #[cold]
    #[inline(never)]
    fn skip_one<'b>(&self, mut bits: Bits<'b>, entry: u32) -> Option<(Bits<'b>, bool)> {
        if bits.state & (ABSENT | END_OF_BLOCK) == 0 && position(bits.state) == 64 {
            return Some((bits, true));
        }
        // A stride beyond the end contains symbols of the next block, so only one symbol is taken.
        bits.state = bits.state.wrapping_sub(u64::from(entry));
        bits.reload();
        let entry = self.ac.stride(bits.buffer)?;
        bits.buffer <<= entry & 63;
        bits.state += u64::from(entry);
        let position = position(bits.state);
        let ended = bits.state & END_OF_BLOCK != 0 || position == 64;
        (position <= 64).then_some((bits, ended))
    }
}

impl Decoder<'_> {
    /// Reads a symbol that is not in the table, and its value. Undoes the addition of the absent
    /// entry.
    #[inline(always)]
    fn absent_value(&self, bits: &mut Bits<'_>, entry: u32) -> Option<(Symbol, i32)> {
        let symbol = match self.absent(entry, bits.buffer) {
            Some(symbol) => symbol,
            None => self.search(bits.buffer)?,
        };
        let Symbol {
            length,
            size,
            advance,
        } = symbol;
        // Two shifts, since a shift by 64 is not defined.
        let value = (bits.buffer << length) >> 1 >> (63 - size);
        bits.buffer <<= length + size;
        bits.state = bits.state.wrapping_sub(u64::from(entry));
        bits.state += u64::from((length + size) | (advance << ADVANCE));
        Some((symbol, extend(value as u32, size)))
    }
}
