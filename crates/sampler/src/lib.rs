//! The pixels that a network takes of an image file, without decoding the others.
//!
//! A network that samples a picture ([`Resize::Nearest`]) takes few of its pixels, 784 of 262,144 for
//! a 512×512 picture and the shipped networks. Where every instruction is proved, in a zkVM, it pays to
//! reconstruct only those. This crate does that for the two formats that nearly all files have:
//!
//! * JPEG, baseline: every bit of the scan is decoded, but only the sampled pixels are transformed,
//!   upsampled and converted ([`jpeg`]);
//! * PNG, 8 bits a sample, not interlaced: inflated and unfiltered with fewer instructions ([`png`]).
//!
//! It is fast, not another meaning: [`pixels`] is [`zklens_image::pixels`], for every file. What is unusual
//! or damaged in the least is left to that function, so that a file's errors are its errors too.

#![forbid(unsafe_code)]
#![deny(
    missing_docs,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::unreachable,
    clippy::too_many_lines,
    clippy::too_many_arguments
)]

pub mod jpeg;
pub mod png;

use zklens_image::{Format, ImageError, from_samples};
use zklens_model::{Pixels, Preprocessing, Resize};

/// What a network sees of an image file: [`zklens_image::pixels`], with fewer instructions.
///
/// # Errors
///
/// Those of [`zklens_image::pixels`].
pub fn pixels(bytes: &[u8], preprocessing: &Preprocessing) -> Result<Pixels, ImageError> {
    match sampled(bytes, preprocessing) {
        Some(pixels) => Ok(pixels),
        None => zklens_image::pixels(bytes, preprocessing),
    }
}

/// The pixels, if this crate decodes the file itself.
fn sampled(bytes: &[u8], preprocessing: &Preprocessing) -> Option<Pixels> {
    if preprocessing.resize != Resize::Nearest {
        return None;
    }
    let target = Target {
        width: preprocessing.width,
        height: preprocessing.height,
    };
    let samples = match zklens_image::detect(bytes).ok()? {
        Format::Jpeg => jpeg::sample(bytes, target)?,
        Format::Png => png::sample(bytes, target)?,
        Format::Gif | Format::WebP | Format::Bmp => return None,
    };
    from_samples(&samples, preprocessing)
}

/// How many pixels are taken, at the rows and columns of [`zklens_image::nearest`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Target {
    /// Columns.
    pub width: u16,
    /// Rows.
    pub height: u16,
}
