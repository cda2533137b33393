//! Rows of red, green and blue that are grey, as in a grey picture that is stored in colour. There,
//! one prediction serves the three bytes of a pixel.

use super::unfilter::{Before, Filtered, GROUP, Pixel, Word};

/// The number of grey groups at the start of a row.
pub(super) fn count(row: &[Word]) -> usize {
    let groups = row.as_chunks::<GROUP>().0.iter();
    let grey = |group: &&[Word; GROUP]| is_grey(group.map(|word| u64::from_le_bytes(word.0)));
    groups.take_while(grey).count()
}

/// Makes groups of a row, from the start, until one is not grey. At most `most`, the number of
/// groups that are grey in the row above. Returns the number made, and the pixels before the next
/// group.
#[inline(never)]
pub(super) fn groups(
    source: &Filtered<'_>,
    row: &mut [Word],
    most: usize,
    predict: &impl Fn(u64, u64, u64) -> u64,
) -> (usize, Before) {
    let (mut left, mut corner) = (0, 0);
    let mut done = 0;
    for (group, words) in source.groups(row).take(most) {
        let filtered = source.joined(words);
        let [a, b, c] = filtered;
        if a | b | c == 0 && left == corner && is_all(group, left) {
            // From equal bytes that byte is predicted, so the group stays as it is.
            done += 1;
            continue;
        }
        if !is_grey(filtered) {
            break;
        }
        for pixel in 0..8 {
            let at = |byte: usize| (byte / 8, byte % 8);
            let (word, byte) = at(3 * pixel);
            let up = u64::from(group[word].0[byte]);
            let added = filtered[word] >> (8 * byte);
            left = predict(left, up, corner).wrapping_add(added) & 255;
            corner = up;
            group[word].0[byte] = left as u8;
            let (word, byte) = at(3 * pixel + 1);
            group[word].0[byte] = left as u8;
            let (word, byte) = at(3 * pixel + 2);
            group[word].0[byte] = left as u8;
        }
        done += 1;
    }
    let before = Before {
        left: Pixel(left, left, left, 0),
        corner: Pixel(corner, corner, corner, 0),
    };
    (done, before)
}

/// Whether all bytes of a group are equal to `byte`.
#[inline(always)]
fn is_all(group: &[Word; GROUP], byte: u64) -> bool {
    let all = byte * 0x0101_0101_0101_0101;
    group.iter().all(|word| u64::from_le_bytes(word.0) == all)
}

/// Whether each pixel of a group has three equal bytes. If a pixel and its neighbours are grey, its
/// filtered bytes are equal as well, so this test serves filtered groups too.
#[inline(always)]
const fn is_grey([a, b, c]: [u64; GROUP]) -> bool {
    // Each byte is compared with the next one, except for the last byte of a pixel.
    let a_differs = (a ^ (a >> 8 | b << 56)) & 0xffff_00ff_ff00_ffff;
    let b_differs = (b ^ (b >> 8 | c << 56)) & 0xff00_ffff_00ff_ff00;
    let c_differs = (c ^ c >> 8) & 0x00ff_ff00_ffff_00ff;
    a_differs | b_differs | c_differs == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_group_is_grey_if_no_byte_differs_from_the_others_of_its_pixel() {
        let pixels: [[u8; 3]; 8] = core::array::from_fn(|pixel| [31 * pixel as u8; 3]);
        let asked = |pixels: &[[u8; 3]; 8]| {
            let words = pixels.as_flattened().as_chunks().0;
            is_grey([0, 1, 2].map(|word| u64::from_le_bytes(words[word])))
        };
        assert!(asked(&pixels));
        for byte in 0..24 {
            for bit in 0..8 {
                let mut pixels = pixels;
                pixels[byte / 3][byte % 3] ^= 1 << bit;
                assert!(!asked(&pixels), "byte {byte}, bit {bit}");
            }
        }
    }
}
