//! JPEG, by `zune-jpeg` directly: called through `image`, its code would depend on the processor.

use image::{DynamicImage, GrayImage, RgbImage};
use zune_jpeg::JpegDecoder;
use zune_jpeg::errors::DecodeErrors;
use zune_jpeg::zune_core::bytestream::ZCursor;
use zune_jpeg::zune_core::colorspace::ColorSpace;
use zune_jpeg::zune_core::options::DecoderOptions;

use crate::picture::check_dimensions;
use crate::{Format, ImageError, Picture};

/// Decodes to grey or RGB. A damaged scan is decoded as far as it goes, as browsers do, but a file
/// without its end is refused.
pub(crate) fn decode(bytes: &[u8]) -> Result<Picture, ImageError> {
    check_segments(bytes)?;
    let mut decoder = read_header(bytes)?;
    let (width, height) = dimensions(&decoder)?;
    check_dimensions(width, height)?;

    let grey = decoder.input_colorspace() == Some(ColorSpace::Luma);
    if grey {
        let options = decoder.options().jpeg_set_out_colorspace(ColorSpace::Luma);
        decoder.set_options(options);
    }
    let samples = decoder.decode().map_err(|error| from_decoder(&error))?;
    let picture = if grey {
        GrayImage::from_raw(width, height, samples).map(DynamicImage::ImageLuma8)
    } else {
        RgbImage::from_raw(width, height, samples).map(DynamicImage::ImageRgb8)
    };
    picture
        .map(Picture::new)
        .ok_or_else(|| damaged("fewer samples than the header says"))
}

type Decoder<'a> = JpegDecoder<ZCursor<&'a [u8]>>;

fn read_header(bytes: &[u8]) -> Result<Decoder<'_>, ImageError> {
    let any = usize::from(u16::MAX);
    let options = DecoderOptions::default()
        .set_strict_mode(false)
        .set_max_width(any)
        .set_max_height(any)
        .jpeg_set_out_colorspace(ColorSpace::RGB);
    let mut decoder = JpegDecoder::new_with_options(ZCursor::new(bytes), options);
    decoder
        .decode_headers()
        .map_err(|error| from_decoder(&error))?;
    Ok(decoder)
}

fn dimensions(decoder: &Decoder<'_>) -> Result<(u32, u32), ImageError> {
    decoder
        .info()
        .map(|info| (u32::from(info.width), u32::from(info.height)))
        .ok_or_else(|| damaged("no frame header"))
}

/// Refuses a file with features that the decoder does not support, which the segments before the
/// picture data show, and a file whose data does not end. The decoder alone would misread some of
/// these files and panic on others.
fn check_segments(bytes: &[u8]) -> Result<(), ImageError> {
    const END_OF_IMAGE: [u8; 2] = [0xff, 0xd9];
    for segment in segments(bytes) {
        match segment.marker {
            0xc0..=0xc2 => check_frame(segment.content)?,
            0xc3 | 0xc5..=0xc7 | 0xc9..=0xcb | 0xcd..=0xcf => {
                return Err(unsupported("lossless, hierarchical or arithmetic coding"));
            }
            // Scan data cannot have the end marker's bytes; earlier segments can, as in an EXIF
            // preview.
            START_OF_SCAN => {
                let mut pairs = segment.after.windows(2);
                let has_end = pairs.any(|pair| pair == END_OF_IMAGE);
                return has_end
                    .then_some(())
                    .ok_or_else(|| truncated("the end-of-image marker is missing"));
            }
            _ => {}
        }
    }
    Err(truncated("there is no picture data"))
}

/// A frame header: precision, height, width, number of components, then three bytes for each.
fn check_frame(content: &[u8]) -> Result<(), ImageError> {
    let [precision, _, _, _, _, _, components @ ..] = content else {
        return Err(truncated("the frame header is too short"));
    };
    if *precision != 8 {
        return Err(unsupported("samples of more than 8 bits"));
    }
    let (components, _) = components.as_chunks::<3>();
    let mut sampling = components.iter().map(|[_, both, _]| (both >> 4, both & 15));
    let (across, down) = sampling.next().unwrap_or_default();
    if sampling.all(|(x, y)| x <= across && y <= down) {
        Ok(())
    } else {
        Err(unsupported("colour sampled more finely than brightness"))
    }
}

/// The marker of the segment that scan data follow.
pub(crate) const START_OF_SCAN: u8 = 0xda;

/// A part of a JPEG file.
pub(crate) struct Segment<'a> {
    pub(crate) marker: u8,
    /// The bytes after the length.
    pub(crate) content: &'a [u8],
    after: &'a [u8],
}

/// The segments with content. Markers without, and bytes between segments, are passed over; after a
/// start of scan, so are the data, in which nothing looks like a segment.
pub(crate) fn segments(file: &[u8]) -> impl Iterator<Item = Segment<'_>> {
    let mut rest = file;
    core::iter::from_fn(move || {
        let segment = next_segment(rest)?;
        rest = segment.after;
        Some(segment)
    })
}

fn next_segment(mut rest: &[u8]) -> Option<Segment<'_>> {
    loop {
        match rest {
            [0xff, 0x00 | 0x01 | 0xd0..=0xd9 | 0xff, ..] | [0x00..=0xfe, ..] => {
                rest = rest.get(1..)?;
            }
            [0xff, marker, after @ ..] => {
                let length = u16::from_be_bytes(*after.first_chunk()?);
                let (content, after) = after.split_at_checked(usize::from(length))?;
                return Some(Segment {
                    marker: *marker,
                    content: content.get(2..)?,
                    after,
                });
            }
            [] | [0xff] => return None,
        }
    }
}

fn truncated(reason: &str) -> ImageError {
    ImageError::Truncated {
        format: Format::Jpeg,
        reason: reason.to_owned(),
    }
}

fn unsupported(reason: &str) -> ImageError {
    ImageError::UnsupportedFeature {
        format: Format::Jpeg,
        reason: reason.to_owned(),
    }
}

fn damaged(reason: &str) -> ImageError {
    ImageError::Damaged {
        format: Format::Jpeg,
        reason: reason.to_owned(),
    }
}

fn from_decoder(error: &DecodeErrors) -> ImageError {
    let format = Format::Jpeg;
    let reason = error.to_string();
    match error {
        DecodeErrors::ExhaustedData => ImageError::Truncated { format, reason },
        _ => ImageError::Damaged { format, reason },
    }
}
