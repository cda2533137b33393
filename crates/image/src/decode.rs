//! File bytes to a [`Picture`].
//!
//! A proof about a file is about its decoded pixels, so they are fixed in every detail:
//!
//! * the decoders are those of [`DECODER`](crate::DECODER), at these versions, without
//!   processor-specific code;
//! * pixels are taken as they are stored: colour profiles and gamma are not applied, and the
//!   orientation only for a network that asks for it (see [`exif_orientation`]);
//! * palettes, sub-sampled colour, YCbCr and CMYK become RGB as the decoder does it;
//! * an animation counts by its first frame, on its canvas: transparent in GIF, white in WebP. An
//!   animated PNG counts by its default image;
//! * grey, 16-bit samples and transparency become 8-bit RGB as [`Picture::rgb`] says.

use std::io::{Cursor, ErrorKind};
use std::panic::{AssertUnwindSafe, catch_unwind};

use image::codecs::bmp::BmpDecoder;
use image::codecs::gif::GifDecoder;
use image::codecs::png::PngDecoder;
use image::codecs::webp::WebPDecoder;
use image::metadata::Orientation;
use image::{DynamicImage, ImageDecoder, Limits, Rgba};

use crate::picture::check_dimensions;
use crate::{Format, ImageError, Picture, detect, exif, jpeg};

pub use crate::limits::{MAX_ALLOCATION, MAX_FILE_BYTES, MAX_PIXELS, MAX_SIDE};

/// Decodes an image file. The [module](self) defines the pixels exactly.
///
/// The header is checked against the limits before memory is set aside for the picture. Where
/// panics unwind, a panic in a decoder becomes [`ImageError::Damaged`], after the panic hook has
/// run.
///
/// **Warning:** where panics abort (WebAssembly, a zkVM), a file that is made for it can end the
/// program.
///
/// # Errors
///
/// Any [`ImageError`].
pub fn decode(bytes: &[u8]) -> Result<Picture, ImageError> {
    let format = checked_format(bytes)?;
    let picture = without_panic(format, || match format {
        Format::Jpeg => jpeg::decode(bytes),
        Format::Png | Format::Gif | Format::WebP | Format::Bmp => read(format, bytes),
    })?;
    Ok(picture.with_orientation(exif::orientation(format, bytes)))
}

/// How a camera held the picture, if not upright: the EXIF orientation, 2 to 8.
///
/// Only a network that sees pictures upright applies it. For the others, show a warning, because
/// viewers turn the picture (6 and 8: by 90°, 3: by 180°; the others also mirror it). `None` if the
/// picture is upright, the file does not say how it is held, or the format is not known. The file
/// is not decoded: it may be damaged elsewhere.
#[must_use]
pub fn exif_orientation(bytes: &[u8]) -> Option<u8> {
    let format = checked_format(bytes).ok()?;
    match exif::orientation(format, bytes) {
        Orientation::NoTransforms => None,
        turned => Some(turned.to_exif()),
    }
}

fn checked_format(bytes: &[u8]) -> Result<Format, ImageError> {
    if bytes.len() > MAX_FILE_BYTES {
        return Err(ImageError::FileTooLarge { bytes: bytes.len() });
    }
    detect(bytes)
}

/// Runs a decoder and reports a panic as a damaged file: the decoders have had panics on crafted
/// files. A decoder has access to the file alone, so nothing that it leaves half done is seen
/// again.
fn without_panic<T>(
    format: Format,
    decode: impl FnOnce() -> Result<T, ImageError>,
) -> Result<T, ImageError> {
    catch_unwind(AssertUnwindSafe(decode)).unwrap_or_else(|_| {
        Err(ImageError::Damaged {
            format,
            reason: "the decoder gave up".to_owned(),
        })
    })
}

fn read(format: Format, bytes: &[u8]) -> Result<Picture, ImageError> {
    let mut decoder = open(format, bytes)?;
    let (width, height) = decoder.dimensions();
    check_dimensions(width, height)?;
    let mut limits = Limits::no_limits();
    limits.max_alloc = Some(MAX_ALLOCATION.saturating_sub(decoder.total_bytes()));
    decoder
        .set_limits(limits)
        .and_then(|()| DynamicImage::from_decoder(decoder))
        .map(Picture::new)
        .map_err(|error| from_decoder(format, error))
}

/// The decoder of a format, which has read the header.
fn open<'a>(format: Format, bytes: &'a [u8]) -> Result<Box<dyn ImageDecoder + 'a>, ImageError> {
    let file = Cursor::new(bytes);
    let decoder = match format {
        Format::Jpeg => return Err(ImageError::UnsupportedFormat { found: "a JPEG" }),
        Format::Png => {
            #[cfg(not(target_os = "zkvm"))]
            crate::palette::check(bytes)?;
            let mut limits = Limits::no_limits();
            limits.max_alloc = Some(MAX_ALLOCATION);
            PngDecoder::with_limits(file, limits).map(boxed)
        }
        Format::Gif => GifDecoder::new(file).map(boxed),
        Format::WebP => WebPDecoder::new(file).and_then(|mut decoder| {
            if decoder.has_animation() {
                decoder.set_background_color(Rgba([255; 4]))?;
            }
            Ok(boxed(decoder))
        }),
        Format::Bmp => BmpDecoder::new(file).map(boxed),
    };
    decoder.map_err(|error| from_decoder(format, error))
}

fn boxed<'a>(decoder: impl ImageDecoder + 'a) -> Box<dyn ImageDecoder + 'a> {
    Box::new(decoder)
}

fn from_decoder(format: Format, error: image::ImageError) -> ImageError {
    let reason = error.to_string();
    match error {
        image::ImageError::Limits(_) => ImageError::TooMuchMemory { format },
        image::ImageError::Unsupported(_) => ImageError::UnsupportedFeature { format, reason },
        image::ImageError::IoError(io) if io.kind() == ErrorKind::UnexpectedEof => {
            ImageError::Truncated { format, reason }
        }
        _ => ImageError::Damaged { format, reason },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_in_a_decoder_is_a_damaged_file() {
        let format = Format::Gif;
        let outcome: Result<(), ImageError> = without_panic(format, || panic!("as decoders do"));
        let reason = "the decoder gave up".to_owned();
        assert_eq!(outcome, Err(ImageError::Damaged { format, reason }));
    }
}
