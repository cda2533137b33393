//! The pixels that a network takes of an image file, without decoding the others.
//!
//! A network that samples a picture ([`Resize::Nearest`]) takes few of its pixels. For example, the
//! shipped networks take 784 of the 262,144 pixels of a 512×512 picture. In a zkVM every
//! instruction is proved, so it pays to reconstruct only those 784. This crate does that for the
//! two formats that nearly all files have:
//!
//! * baseline JPEG: every bit of the scan is decoded, but only the sampled pixels are transformed,
//!   upsampled and converted ([`jpeg`]);
//! * PNG with at most 8 bits a sample, not interlaced: inflated and unfiltered with fewer
//!   instructions ([`png`]).
//!
//! The crate is faster and means the same: for every file, [`pixels`] returns exactly the result of
//! [`zklens_image::pixels`]. It leaves every unusual or damaged file to that function, so the
//! errors are the same too.
//!
//! ```
//! use zklens_model::{Colour, Preprocessing, Resize};
//!
//! let preprocessing = Preprocessing {
//!     colour: Colour::Rgb,
//!     height: 28,
//!     width: 28,
//!     resize: Resize::Nearest,
//!     invert: false,
//! };
//! let file = include_bytes!("../../../examples/fashion/7_sneaker.jpg");
//! assert_eq!(
//!     zklens_sampler::pixels(file, &preprocessing),
//!     zklens_image::pixels(file, &preprocessing),
//! );
//! ```

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

/// The pixels that a network takes from an image file: the result of [`zklens_image::pixels`], with
/// fewer instructions.
///
/// # Errors
///
/// The errors of [`zklens_image::pixels`], for the same files.
pub fn pixels(bytes: &[u8], preprocessing: &Preprocessing) -> Result<Pixels, ImageError> {
    match sampled(bytes, preprocessing) {
        Some(pixels) => Ok(pixels),
        None => zklens_image::pixels(bytes, preprocessing),
    }
}

/// The pixels if this crate decodes the file itself; `None` if it leaves the file to
/// `zklens_image`.
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

/// The size in pixels of the sampled picture. [`zklens_image::nearest`] says which pixels of the
/// file it has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Target {
    /// Pixels across.
    pub width: u16,
    /// Pixels down.
    pub height: u16,
}
