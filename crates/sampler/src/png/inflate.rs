//! A compressed stream (RFC 1950 and 1951; PNG, section 10).
//!
//! The check sum at the stream's end, of the uncompressed bytes, is not compared. The reference
//! does not compare it either, since every chunk has a check sum of its own.

use super::bits::Bits;
use super::huffman::{DISTANCE_BITS, LITERAL_BITS, LengthCode, Table};
use super::output::{AFTER, BEFORE, Output};
use super::stream::Stream;
use super::symbols::Entry;

/// The order in which a [`LengthCode`]'s code lengths are stored (RFC 1951, section 3.2.7).
const ORDER: [usize; 19] = [
    16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15,
];

/// The most bytes that a byte of a stream can become: two codes of one bit each give 258 bytes.
const MOST_OF_ONE: usize = 1032;

/// The tables of a block.
struct Codes {
    literals: Table<{ 1 << LITERAL_BITS }>,
    distances: Table<{ 1 << DISTANCE_BITS }>,
}

/// Inflates a stream of exactly `size` bytes; `None` if it is damaged or has another size. The
/// bytes are preceded by [`BEFORE`] words and followed by [`AFTER`] words.
pub(super) fn inflate(stream: &Stream, size: usize) -> Option<Vec<u64>> {
    // An upper bound, so that no memory is allocated for a picture that cannot be in the file.
    if size > stream.len().saturating_mul(MOST_OF_ONE) {
        return None;
    }
    let mut words = vec![0; BEFORE + size.div_ceil(8) + AFTER];
    (blocks(stream, &mut words)? == size).then_some(words)
}

/// Whether a stream can be inflated, to about `most` bytes or fewer.
pub(super) fn is_sound(stream: &Stream, most: usize) -> bool {
    let size = stream.len().saturating_mul(MOST_OF_ONE).min(most);
    blocks(stream, &mut vec![0; BEFORE + size.div_ceil(8) + AFTER]).is_some()
}

/// Inflates a stream into `words`, and returns the number of bytes.
fn blocks(stream: &Stream, words: &mut [u64]) -> Option<usize> {
    let mut bits = Bits::new(stream.words());
    header(&mut bits)?;
    let mut output = Output::new(words);
    let mut codes = Box::new(Codes {
        literals: Table::literals(),
        distances: Table::distances(),
    });
    loop {
        let last = bits.take(1)? == 1;
        match bits.take(2)? {
            0 => stored(&mut bits, &mut output)?,
            1 => {
                codes.set_fixed()?;
                compressed(&codes, &mut bits, &mut output)?;
            }
            2 => {
                codes.read(&mut bits)?;
                compressed(&codes, &mut bits, &mut output)?;
            }
            _ => return None,
        }
        if last {
            break;
        }
    }
    output.flush()?;
    // The check sum after the blocks has four bytes.
    let end = bits.position().div_ceil(8) + 4;
    (end == stream.len() as u64).then_some(output.len())
}

/// Checks the stream's header (RFC 1950, section 2.2): deflate, any window, no dictionary.
fn header(bits: &mut Bits<'_>) -> Option<()> {
    let (method, flags) = (bits.take(8)?, bits.take(8)?);
    let sound = method & 15 == 8
        && method >> 4 <= 7
        && flags & 32 == 0
        && (method << 8 | flags).is_multiple_of(31);
    sound.then_some(())
}

/// Copies a block that is stored without compression (RFC 1951, section 3.2.4).
fn stored(bits: &mut Bits<'_>, output: &mut Output<'_>) -> Option<()> {
    bits.align();
    let (length, complement) = (bits.take(16)?, bits.take(16)?);
    if length ^ complement != 0xffff {
        return None;
    }
    for _ in 0..length / 4 {
        output.write(bits.take(32)?, 32)?;
    }
    for _ in 0..length % 4 {
        output.write(bits.take(8)?, 8)?;
    }
    Some(())
}

/// Decodes the symbols of a compressed block (RFC 1951, section 3.2.3).
#[inline(never)]
fn compressed(codes: &Codes, from: &mut Bits<'_>, to: &mut Output<'_>) -> Option<()> {
    // Copies, so that they are kept in registers.
    let (mut bits, mut output) = (*from, *to);
    loop {
        bits.refill()?;
        let mut entry = codes.literals.entry(bits.buffer);
        if entry.literals != 0 {
            literals(entry, &mut bits, &mut output)?;
            // The bits left in the buffer suffice for a length.
            entry = codes.literals.entry(bits.buffer);
            if entry.literals != 0 {
                literals(entry, &mut bits, &mut output)?;
                continue;
            }
        }
        let long;
        if entry.least == 0 {
            long = codes.literals.rare(*entry, bits.buffer)?;
            entry = &long;
            if entry.literals != 0 {
                literals(entry, &mut bits, &mut output)?;
                continue;
            }
            if entry.is_end() {
                bits.skip(u64::from(entry.code));
                break;
            }
        }
        let length = value(&mut bits, entry);
        bits.refill()?;
        let entry = codes.distances.entry(bits.buffer);
        let distance = if entry.least == 0 {
            let long = codes.distances.rare(*entry, bits.buffer)?;
            value(&mut bits, &long)
        } else {
            value(&mut bits, entry)
        };
        output.copy(distance, length)?;
    }
    (*from, *to) = (bits, output);
    Some(())
}

#[inline(always)]
fn literals(entry: &Entry, bits: &mut Bits<'_>, output: &mut Output<'_>) -> Option<()> {
    output.write(u64::from(entry.least), u64::from(entry.literals))?;
    bits.skip(u64::from(entry.code));
    Some(())
}

/// Reads a length or distance from the buffer: its code and extra bits.
#[inline(always)]
fn value(bits: &mut Bits<'_>, entry: &Entry) -> usize {
    let extra = bits.buffer >> (entry.code & 63) & u64::from(entry.mask);
    bits.skip(u64::from(entry.all));
    usize::from(entry.least) + extra as usize
}

impl Codes {
    /// Sets the fixed codes of RFC 1951, section 3.2.6.
    fn set_fixed(&mut self) -> Option<()> {
        let mut lengths = [8; 288];
        lengths[144..256].fill(9);
        lengths[256..280].fill(7);
        self.literals.set_literals(&lengths)?;
        self.distances.set_distances(&[5; 32])
    }

    /// Reads the codes of a block that has its own (RFC 1951, section 3.2.7).
    fn read(&mut self, bits: &mut Bits<'_>) -> Option<()> {
        let literals = bits.take(5)? as usize + 257;
        let distances = bits.take(5)? as usize + 1;
        let count = bits.take(4)? as usize + 4;
        if literals > 286 || distances > 30 {
            return None;
        }
        let mut own = [0; 19];
        for index in ORDER.iter().take(count) {
            own[*index] = bits.take(3)? as u8;
        }
        let code = LengthCode::new(&own)?;
        let mut lengths = [0; 286 + 30];
        let lengths = lengths.get_mut(..literals + distances)?;
        read_lengths(bits, &code, lengths)?;
        let (literals, distances) = lengths.split_at(literals);
        // A block without a code for its end is refused.
        if literals[256] == 0 {
            return None;
        }
        self.literals.set_literals(literals)?;
        self.distances.set_distances(distances)
    }
}

fn read_lengths(bits: &mut Bits<'_>, code: &LengthCode, lengths: &mut [u8]) -> Option<()> {
    let mut done = 0;
    while done < lengths.len() {
        bits.refill()?;
        let (skipped, symbol) = code.symbol(bits.buffer);
        bits.skip(skipped);
        let (length, repeat) = match symbol {
            0..16 => (symbol as u8, 1),
            16 => (*lengths.get(done.checked_sub(1)?)?, 3 + bits.take(2)?),
            17 => (0, 3 + bits.take(3)?),
            _ => (0, 11 + bits.take(7)?),
        };
        let end = done + repeat as usize;
        lengths.get_mut(done..end)?.fill(length);
        done = end;
    }
    Some(())
}
