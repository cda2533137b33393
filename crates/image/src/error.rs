//! Why a file has no pixels.

use crate::format::Format;
use crate::limits::{MAX_ALLOCATION, MAX_FILE_BYTES, MAX_PIXELS, MAX_SIDE};

/// Why a file cannot be decoded. It is always the file's fault; each message says what to do.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ImageError {
    /// There are no bytes at all.
    #[error("the image file is empty: was it downloaded completely?")]
    EmptyFile,
    /// The file is larger than [`MAX_FILE_BYTES`].
    #[error("the image file has {bytes} bytes, the limit is {MAX_FILE_BYTES}: use a smaller file")]
    FileTooLarge {
        /// Length of the file.
        bytes: usize,
    },
    /// The file has a format that is known but not decoded.
    #[error(
        "this is {found}, which is not supported: convert the picture to JPEG, PNG, GIF, WebP or BMP"
    )]
    UnsupportedFormat {
        /// The format with its article, as in "a HEIF picture".
        found: &'static str,
    },
    /// The file begins like nothing that is known.
    #[error(
        "no image format is known that begins with the bytes {start:02x?}: \
         expected a JPEG, PNG, GIF, WebP or BMP file"
    )]
    UnknownFormat {
        /// The first bytes, at most eight.
        start: Vec<u8>,
    },
    /// The header asks for a picture without pixels or beyond [`MAX_SIDE`] or [`MAX_PIXELS`].
    #[error(
        "the picture is {width} × {height} pixels, expected 1 to {MAX_SIDE} on each side and at most \
         {MAX_PIXELS} in all: resize it"
    )]
    Dimensions {
        /// Columns of pixels.
        width: u32,
        /// Rows of pixels.
        height: u32,
    },
    /// Decoding would need more memory than [`MAX_ALLOCATION`].
    #[error(
        "decoding this {format} file needs more than {MAX_ALLOCATION} bytes of memory: resize the \
         picture or save it again"
    )]
    TooMuchMemory {
        /// Format of the file.
        format: Format,
    },
    /// The file may be valid but uses a feature of its format that is not decoded.
    #[error("this {format} file uses a feature that is not supported ({reason}): save it again")]
    UnsupportedFeature {
        /// Format of the file.
        format: Format,
        /// What the decoder said.
        reason: String,
    },
    /// The file ends before the picture does.
    #[error("this {format} file is truncated ({reason}): download or save it again")]
    Truncated {
        /// Format of the file.
        format: Format,
        /// What is missing, or what the decoder said.
        reason: String,
    },
    /// The file contradicts its format.
    #[error("this {format} file is damaged ({reason}): download or save it again")]
    Damaged {
        /// Format of the file.
        format: Format,
        /// What the decoder said.
        reason: String,
    },
}
