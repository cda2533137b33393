//! Tables, coefficients and symbols that no encoder writes.

use crate::build::{Codes, Parts, Writer};
use crate::support::{Random, TARGET, agrees, assert_covered, assert_left, cases, seed, target};

#[test]
fn decodes_random_tables_and_symbols() {
    let mut random = seed(20);
    for _ in 0..cases(1500) {
        let sampling = random.of(&[0, 0x11, 0x21, 0x12, 0x22]);
        let sizes = (random.below(12) as u8, random.below(15) as u8 + 1);
        let parts = Parts::random(sampling, sizes, &mut random);
        let target = target(&mut random);
        assert!(agrees(&parts.file(), target, || format!("{sampling:x}")));
    }
}

/// Where sums wrap around, the transform must still agree with the reference to the last bit.
#[test]
fn sums_that_wrap_around_are_those_of_the_reference() {
    let mut random = seed(21);
    let mut covered = 0;
    let count = cases(1000);
    for _ in 0..count {
        let sampling = random.of(&[0, 0x11, 0x22]);
        let sizes = (random.below(16) as u8, random.below(15) as u8 + 1);
        let mut parts = Parts::random(sampling, sizes, &mut random);
        let most = random.of(&[256, 1000, 5000, 65535]);
        for value in &mut parts.quantizer {
            *value = (random.below(most) + 1) as u16;
        }
        let target = target(&mut random);
        covered += usize::from(agrees(&parts.file(), target, || format!("{most}")));
    }
    assert!(covered > count / 2, "{covered}");
}

#[test]
fn leaves_first_coefficients_that_could_overflow() {
    let mut random = seed(22);
    let mut parts = Parts::random(0, (15, 1), &mut random);
    parts.quantizer = vec![65535; 64];
    let codes = (parts.dc.clone(), parts.ac.clone());
    parts.scan = parts.scan_of(|writer| {
        writer.symbol(&codes.0, 15, u32::MAX);
        writer.symbol(&codes.1, 0, 0);
    });
    (parts.width, parts.height) = (16, 16);
    assert_left(&parts, "65535 * 32767 * 4");
}

/// A grey picture of one block, whose coefficients are coded by these symbols.
fn block(codes: &Codes, symbols: &[u8], random: &mut Random) -> Parts {
    let mut parts = Parts::random(0, (3, 1), random);
    (parts.width, parts.height, parts.interval) = (8, 8, 0);
    parts.ac = codes.clone();
    let dc = parts.dc.clone();
    parts.scan = parts.scan_of(|writer: &mut Writer| {
        writer.symbol(&dc, 3, 5);
        for symbol in symbols {
            writer.symbol(codes, *symbol, 1);
        }
    });
    parts
}

#[test]
fn leaves_blocks_whose_symbols_pass_the_last_coefficient() {
    let mut random = seed(29);
    for _ in 0..50 {
        let all: Vec<u8> = (0..=255).filter(|symbol| symbol % 16 < 3).collect();
        let codes = Codes::random(&all, &mut random);
        let mut check = |symbols: &[u8], covered: bool| {
            let file = block(&codes, symbols, &mut random).file();
            let is_covered = agrees(&file, TARGET, || format!("{symbols:x?}"));
            assert_eq!(is_covered, covered, "{symbols:x?}");
        };
        check(&[0x00], true);
        check(&[0x01, 0x00], true);
        check(&[0x01; 63], true);
        check(&[0xf1, 0xf1, 0xf1, 0xe1], true);
        check(&[0xf0, 0xf0, 0xf0, 0xe1], true);
        // Symbols that reach beyond the last coefficient.
        check(&[0xf1, 0xf1, 0xf1, 0xf1], false);
        check(&[0xf0, 0xf0, 0xf0, 0xf0], false);
        check(&[0xf0, 0xf0, 0xf0, 0xf1], false);
        // Coded zeros up to the end of the block.
        check(&[0xf0, 0x00], false);
        check(&[0xf0, 0xf0, 0xf0, 0x00], false);
        // Other ends of a block.
        for symbol in (0x10..0xf0).step_by(16) {
            check(&[symbol], false);
            check(&[0x01, symbol], false);
        }
        // The code of all ones, which a table never assigns.
        let mut parts = block(&codes, &[], &mut random);
        let dc = parts.dc.clone();
        parts.scan = parts.scan_of(|writer| {
            writer.symbol(&dc, 0, 0);
            writer.put(u32::MAX, 16);
            writer.put(0, 16);
        });
        assert_left(&parts, "no code");
    }
}

#[test]
fn leaves_a_quantizer_of_zero() {
    let mut random = seed(30);
    for place in 0..64 {
        let mut parts = Parts::random(0x22, (8, 6), &mut random);
        parts.quantizer[place] = 0;
        assert_left(&parts, &format!("{place}"));
    }
}

#[test]
fn decodes_flat_blocks_of_any_value() {
    let mut random = seed(31);
    for _ in 0..cases(300) {
        let mut parts = Parts::random(0, (15, 1), &mut random);
        (parts.width, parts.height, parts.interval) = (8, 8, 0);
        parts.quantizer[0] = random.of(&[1, 8, 255, 4096, 65535]);
        let (dc, ac) = (parts.dc.clone(), parts.ac.clone());
        parts.scan = parts.scan_of(|writer| {
            let size = random.below(16) as u8;
            writer.symbol(&dc, size, random.next() as u32);
            writer.symbol(&ac, 0, 0);
        });
        assert_covered(&parts, "flat");
    }
}
