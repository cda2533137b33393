//! Which way up a picture is: the EXIF orientation in its file.
//!
//! The bytes that count are found here, without a decoder, because a network that sees pictures
//! upright makes them part of a statement. The TIFF structure inside is read by `image`.

use image::metadata::Orientation;

use crate::{Format, jpeg};

/// With this, EXIF data begin in JPEG, and by some writers in PNG and WebP.
const PREFIX: &[u8] = b"Exif\0\0";

/// The orientation that a file of this format gives, upright if it gives none: of the first EXIF
/// data, the first entry for orientation in the first directory that has one number of 16 bits,
/// which must be 1 to 8. Data that break off before it, and later data, do not count.
pub(crate) fn orientation(format: Format, file: &[u8]) -> Orientation {
    let tiff = match format {
        Format::Jpeg => in_jpeg(file),
        Format::Png => in_png(file),
        Format::WebP => in_webp(file),
        Format::Gif | Format::Bmp => None,
    };
    tiff.and_then(Orientation::from_exif_chunk)
        .unwrap_or(Orientation::NoTransforms)
}

/// The first APP1 segment that begins with the prefix, before the first start of scan.
fn in_jpeg(file: &[u8]) -> Option<&[u8]> {
    jpeg::segments(file)
        .take_while(|segment| segment.marker != jpeg::START_OF_SCAN)
        .filter(|segment| segment.marker == 0xe1)
        .find_map(|segment| segment.content.strip_prefix(PREFIX))
}

/// The first `eXIf` chunk before the first `IDAT`. Checksums are not checked.
fn in_png(file: &[u8]) -> Option<&[u8]> {
    let mut rest = file.get(8..)?;
    // Length, kind, that many bytes, checksum.
    while let Some(([l0, l1, l2, l3, kind @ ..], after)) = rest.split_first_chunk::<8>() {
        let length = u32::from_be_bytes([*l0, *l1, *l2, *l3]) as usize;
        match kind {
            b"eXIf" => return after.get(..length).map(without_prefix),
            b"IDAT" => return None,
            _ => rest = after.get(length.checked_add(4)?..)?,
        }
    }
    None
}

/// The first `EXIF` chunk.
fn in_webp(file: &[u8]) -> Option<&[u8]> {
    let mut rest = file.get(12..)?;
    // Kind, length, that many bytes, and one more if they are odd.
    while let Some(([kind @ .., l0, l1, l2, l3], after)) = rest.split_first_chunk::<8>() {
        let length = u32::from_le_bytes([*l0, *l1, *l2, *l3]) as usize;
        if kind == b"EXIF" {
            return after.get(..length).map(without_prefix);
        }
        rest = after.get(length.checked_next_multiple_of(2)?..)?;
    }
    None
}

fn without_prefix(exif: &[u8]) -> &[u8] {
    exif.strip_prefix(PREFIX).unwrap_or(exif)
}
