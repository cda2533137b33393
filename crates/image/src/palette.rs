//! Palettes at which the PNG decoder panics.
//!
//! It reads three bytes for each of 256 colours, and assumes that a palette ends with a complete
//! colour and has at most 256. Where panics abort, a panic would end the program. In a zkVM a panic
//! does no harm, since nothing is proved then. So this file is not part of the programs there,
//! whose bytes verifiers know.

use crate::{Format, ImageError};

/// Offsets in bytes: of the first chunk, and of the colour type in it.
const FIRST_CHUNK: usize = 8;
const COLOUR_TYPE: usize = FIRST_CHUNK + 8 + 9;

/// The colour type of pictures whose pixels are numbers of palette entries. In other pictures a
/// palette is only a suggestion, which the decoder does not read.
const INDEXED: u8 = 3;

const MOST_BYTES: usize = 3 * 256;

/// Refuses a PNG file with such a palette. The decoder finds all other faults.
pub(crate) fn check(png: &[u8]) -> Result<(), ImageError> {
    if png.get(COLOUR_TYPE) != Some(&INDEXED) {
        return Ok(());
    }
    let mut rest = png.get(FIRST_CHUNK..).unwrap_or_default();
    // Length, kind, that many bytes, checksum.
    while let Some(([l0, l1, l2, l3, kind @ ..], after)) = rest.split_first_chunk::<8>() {
        let length = u32::from_be_bytes([*l0, *l1, *l2, *l3]) as usize;
        match kind {
            b"PLTE" if length > MOST_BYTES || !length.is_multiple_of(3) => {
                return Err(ImageError::Damaged {
                    format: Format::Png,
                    reason: format!(
                        "its palette has {length} bytes, expected 3 for each of up to 256 colours"
                    ),
                });
            }
            // The decoder asks for the palette when pixels begin.
            b"PLTE" | b"IDAT" => return Ok(()),
            _ => rest = after.get(length.saturating_add(4)..).unwrap_or_default(),
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decode;

    /// A file of 1 × 1 pixels of 8 bits. The checksums are right; of the second chunk on, they are
    /// 0 and so is the stream of pixels missing.
    fn header(colour_type: u8) -> Vec<u8> {
        let mut file = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08".to_vec();
        file.extend([colour_type, 0, 0, 0, 0, 0, 0, 0]);
        file
    }

    fn with_chunk(mut file: Vec<u8>, kind: &[u8; 4], length: usize) -> Vec<u8> {
        file.extend((length as u32).to_be_bytes());
        file.extend(kind);
        file.extend(vec![7; length + 4]);
        file
    }

    #[test]
    fn palettes_that_are_no_list_of_colours_are_refused() {
        for length in 0..=1000 {
            let file = with_chunk(with_chunk(header(INDEXED), b"gAMA", 4), b"PLTE", length);
            let is_right = length % 3 == 0 && length <= 768;
            assert_eq!(check(&file).is_ok(), is_right, "{length}");
        }
        let error = check(&with_chunk(header(INDEXED), b"PLTE", 4)).unwrap_err();
        assert!(error.to_string().contains("palette has 4 bytes"), "{error}");
    }

    #[test]
    fn only_the_palette_of_the_pixels_counts() {
        for colour_type in [0, 2, 4, 6] {
            assert_eq!(check(&with_chunk(header(colour_type), b"PLTE", 4)), Ok(()));
        }
        let after_pixels = with_chunk(with_chunk(header(INDEXED), b"IDAT", 1), b"PLTE", 4);
        assert_eq!(check(&after_pixels), Ok(()));
        let second = with_chunk(with_chunk(header(INDEXED), b"PLTE", 3), b"PLTE", 4);
        assert_eq!(check(&second), Ok(()));
    }

    #[test]
    fn every_beginning_of_a_file_is_survived() {
        let file = with_chunk(with_chunk(header(INDEXED), b"tEXt", 9), b"PLTE", 4);
        for length in 0..file.len() {
            let _ = check(&file[..length]);
        }
        let mut endless = header(INDEXED);
        endless.extend([0xff; 8]);
        assert_eq!(check(&endless), Ok(()));
    }

    /// 4 × 4 pixels with a palette of 4 bytes, and all checksums right.
    #[test]
    fn the_decoder_does_not_see_such_a_file() {
        let file = include_bytes!("../tests/files/palette_of_4_bytes.png");
        let error = decode(file).unwrap_err();
        assert!(error.to_string().contains("palette has 4 bytes"), "{error}");
        assert_eq!(crate::exif_orientation(file), None);
    }
}
