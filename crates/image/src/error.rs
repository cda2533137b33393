//! Why a file has no pixels.

use crate::format::Format;
use crate::limits::{MAX_ALLOCATION, MAX_FILE_BYTES, MAX_PIXELS, MAX_SIDE};

/// Why a file cannot be decoded. It is always the file's fault; each message has advice.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ImageError {
    /// The file is empty.
    #[error("the image file is empty: was it downloaded completely?")]
    EmptyFile,
    /// The file is larger than [`MAX_FILE_BYTES`].
    #[error("the image file has {bytes} bytes, the limit is {MAX_FILE_BYTES}: use a smaller file")]
    FileTooLarge {
        /// Length of the file.
        bytes: usize,
    },
    /// The file has a format that zklens recognises but does not decode.
    #[error(
        "this is {found}, which is not supported: convert the picture to JPEG, PNG, GIF, WebP or BMP"
    )]
    UnsupportedFormat {
        /// The format with its article, as in "a HEIF picture".
        found: &'static str,
    },
    /// The first bytes are not those of any format that zklens recognises.
    #[error(
        "no image format is known that begins with the bytes {start:02x?}: \
         expected a JPEG, PNG, GIF, WebP or BMP file"
    )]
    UnknownFormat {
        /// The first bytes, at most eight.
        start: Vec<u8>,
    },
    /// The header gives a picture without pixels, or one beyond [`MAX_SIDE`] or [`MAX_PIXELS`].
    #[error(
        "the picture is {width} × {height} pixels, expected 1 to {MAX_SIDE} on each side and at most \
         {MAX_PIXELS} in all: resize it"
    )]
    Dimensions {
        /// Width in pixels.
        width: u32,
        /// Height in pixels.
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
        /// The decoder's message.
        reason: String,
    },
    /// The file ends before the picture does.
    #[error("this {format} file is truncated ({reason}): download or save it again")]
    Truncated {
        /// Format of the file.
        format: Format,
        /// The part that is missing, or the decoder's message.
        reason: String,
    },
    /// The file contradicts its format.
    #[error("this {format} file is damaged ({reason}): download or save it again")]
    Damaged {
        /// Format of the file.
        format: Format,
        /// The decoder's message.
        reason: String,
    },
}
