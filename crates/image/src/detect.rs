//! The format of a file, by its first bytes. File names play no part.

use crate::{Format, ImageError};

/// The bytes by which a supported file is known, each with the offset at which they stand.
const SUPPORTED: [(Format, usize, &[u8]); 6] = [
    (Format::Jpeg, 0, b"\xff\xd8\xff"),
    (Format::Png, 0, b"\x89PNG\r\n\x1a\n"),
    (Format::Gif, 0, b"GIF87a"),
    (Format::Gif, 0, b"GIF89a"),
    (Format::WebP, 8, b"WEBP"),
    (Format::Bmp, 0, b"BM"),
];

/// Formats that people try and that are not supported, by the same. The first match counts.
const UNSUPPORTED: [(&str, usize, &[u8]); 16] = [
    ("an AVIF picture", 4, b"ftypavif"),
    ("an AVIF picture", 4, b"ftypavis"),
    ("a HEIC picture", 4, b"ftyphei"),
    ("a HEIC picture", 4, b"ftyphev"),
    ("a HEIF picture", 4, b"ftypmif1"),
    ("a HEIF picture", 4, b"ftypmsf1"),
    ("an MP4 or QuickTime video", 4, b"ftyp"),
    ("a TIFF picture", 0, b"II*\0"),
    ("a TIFF picture", 0, b"MM\0*"),
    ("a JPEG XL picture", 0, b"\xff\x0a"),
    ("a JPEG XL picture", 0, b"\0\0\0\x0cJXL "),
    ("a JPEG 2000 picture", 0, b"\0\0\0\x0cjP  "),
    ("an icon file", 0, b"\0\0\x01\0"),
    ("a Photoshop file", 0, b"8BPS"),
    ("a PDF document", 0, b"%PDF"),
    ("a ZIP archive", 0, b"PK\x03\x04"),
];

/// The beginnings of texts, in lower case. An SVG may begin like any XML.
const TEXT: [(&str, &str); 4] = [
    ("an SVG drawing", "<svg"),
    ("an SVG drawing or another XML document", "<?xml"),
    ("a web page", "<!doctype html"),
    ("a web page", "<html"),
];

/// Finds the format of a file from its first bytes.
///
/// # Errors
///
/// [`ImageError::EmptyFile`], [`ImageError::UnsupportedFormat`] or [`ImageError::UnknownFormat`].
pub fn detect(bytes: &[u8]) -> Result<Format, ImageError> {
    if bytes.is_empty() {
        return Err(ImageError::EmptyFile);
    }
    let has = |offset, magic: &[u8]| bytes.get(offset..).is_some_and(|b| b.starts_with(magic));
    for (format, offset, magic) in SUPPORTED {
        if has(offset, magic) && (format != Format::WebP || has(0, b"RIFF")) {
            return Ok(format);
        }
    }
    for (found, offset, magic) in UNSUPPORTED {
        if has(offset, magic) {
            return Err(ImageError::UnsupportedFormat { found });
        }
    }
    let text = text_start(bytes);
    for (found, start) in TEXT {
        if text.starts_with(start) {
            return Err(ImageError::UnsupportedFormat { found });
        }
    }
    Err(ImageError::UnknownFormat {
        start: bytes.iter().copied().take(8).collect(),
    })
}

/// The first characters after white space and a byte order mark, in lower case.
fn text_start(bytes: &[u8]) -> String {
    const LONGEST: usize = 16;
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    bytes
        .trim_ascii_start()
        .iter()
        .take(LONGEST)
        .map(|byte| char::from(byte.to_ascii_lowercase()))
        .collect()
}
