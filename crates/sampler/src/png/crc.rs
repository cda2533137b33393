//! The cyclic redundancy check of a chunk (PNG, section 5.5 and annex D), eight bytes at a time.
//!
//! A CRC is linear. The CRC of a 64-bit block is the sum of the CRCs of its parts, where each part
//! is followed by zeros to the end of the block. A part has eleven bits, so a block takes six
//! look-ups; with parts of a byte it would take eight. The tables still have only 48 KiB.

/// Bits of a part.
const PART: usize = 11;

/// Values of a part.
const VALUES: usize = 1 << PART;

/// Parts of a block; the last has nine bits.
const PARTS: usize = 6;

/// The polynomial, least significant bit first.
const POLYNOMIAL: u32 = 0xedb8_8320;

/// `TABLES[k][v]`: the register after a block whose part `k` is `v` and whose other parts are zero.
static TABLES: [[u32; VALUES]; PARTS] = tables();

/// The register after the four bytes of a chunk's type.
pub(super) fn start(kind: [u8; 4]) -> u32 {
    bytes(!0, &kind)
}

/// The register after a block of eight bytes, least significant first.
#[inline(always)]
pub(super) fn block(register: u32, block: u64) -> u32 {
    let rest = block ^ u64::from(register);
    let part = |k: usize| TABLES[k][(rest >> (PART * k)) as usize & (VALUES - 1)];
    part(0) ^ part(1) ^ part(2) ^ part(3) ^ part(4) ^ part(5)
}

/// The register after some bytes. A single byte is looked up as the last eight bits of a block.
pub(super) fn bytes(register: u32, bytes: &[u8]) -> u32 {
    bytes.iter().fold(register, |register, byte| {
        let low = (register ^ u32::from(*byte)) & 0xff;
        register >> 8 ^ last_byte(low)
    })
}

/// The register after a block whose last eight bits are `byte` and whose other bits are zero. These
/// begin one bit above the start of the last part, which is bit 55.
fn last_byte(byte: u32) -> u32 {
    TABLES[PARTS - 1][(byte << 1) as usize & (VALUES - 1)]
}

const fn tables() -> [[u32; VALUES]; PARTS] {
    let mut tables = [[0; VALUES]; PARTS];
    // The register for a block with only its last bit set, then for each bit before.
    let mut register = POLYNOMIAL;
    let mut bit = 64;
    while bit > 0 {
        bit -= 1;
        tables[bit / PART][1 << (bit % PART)] = register;
        register = register >> 1 ^ if register & 1 == 1 { POLYNOMIAL } else { 0 };
    }
    let mut k = 0;
    while k < PARTS {
        let mut value = 1;
        while value < VALUES {
            let without_lowest = value & (value - 1);
            let lowest = value ^ without_lowest;
            tables[k][value] = tables[k][without_lowest] ^ tables[k][lowest];
            value += 1;
        }
        k += 1;
    }
    tables
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_of_every_png_has_the_known_sum() {
        assert_eq!(!start(*b"IEND"), 0xae42_6082);
    }

    #[test]
    fn a_block_is_eight_bytes() {
        let block_of = [1, 2, 3, 250, 5, 255, 7, 128];
        let register = start(*b"IDAT");
        assert_eq!(
            block(register, u64::from_le_bytes(block_of)),
            bytes(register, &block_of)
        );
    }
}
