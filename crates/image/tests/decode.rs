//! The pixels of each format, and files that have none.

use std::io::Cursor;

use image::{DynamicImage, ImageFormat};
use jpeg_encoder::{ColorType, Encoder};
use zklens_image::decode::MAX_FILE_BYTES;
use zklens_image::{Format, ImageError, Picture, decode, detect, exif_orientation};

macro_rules! file {
    ($name:literal) => {
        include_bytes!(concat!("files/", $name)).as_slice()
    };
}

fn encode(image: &DynamicImage, format: ImageFormat) -> Vec<u8> {
    let mut file = Vec::new();
    image.write_to(&mut Cursor::new(&mut file), format).unwrap();
    file
}

fn rgb8(width: u32, height: u32, values: Vec<u8>) -> DynamicImage {
    DynamicImage::ImageRgb8(image::RgbImage::from_raw(width, height, values).unwrap())
}

fn jpeg(width: u16, height: u16, rgb: &[u8]) -> Vec<u8> {
    let mut file = Vec::new();
    Encoder::new(&mut file, 90)
        .encode(rgb, width, height, ColorType::Rgb)
        .unwrap();
    file
}

/// All pixels, row by row.
fn values(picture: &Picture) -> Vec<[u8; 3]> {
    let columns = |y| (0..picture.width()).map(move |x| (x, y));
    (0..picture.height())
        .flat_map(columns)
        .map(|(x, y)| picture.rgb(x, y).unwrap())
        .collect()
}

fn decoded(file: &[u8]) -> Vec<[u8; 3]> {
    values(&decode(file).unwrap())
}

/// The largest difference between values of two pictures.
fn distance(a: &[u8], b: &[u8]) -> u8 {
    let (a, b) = (decoded(a), decoded(b));
    assert_eq!(a.len(), b.len());
    let pairs = a.as_flattened().iter().zip(b.as_flattened());
    pairs.map(|(x, y)| x.abs_diff(*y)).max().unwrap()
}

#[test]
fn lossless_formats_keep_every_pixel() {
    let rgb: Vec<u8> = (0..=254).step_by(7).take(36).collect();
    let image = rgb8(4, 3, rgb.clone());
    let cases = [
        (Format::Png, ImageFormat::Png),
        (Format::Bmp, ImageFormat::Bmp),
        (Format::WebP, ImageFormat::WebP),
        (Format::Gif, ImageFormat::Gif),
    ];
    for (ours, theirs) in cases {
        let file = encode(&image, theirs);
        assert_eq!(detect(&file), Ok(ours));
        let picture = decode(&file).unwrap();
        assert_eq!((picture.width(), picture.height()), (4, 3), "{ours}");
        assert_eq!(values(&picture).as_flattened(), rgb, "{ours}");
    }
}

/// The bounds are the most by which the rounding of two decoders may differ; a wrong component,
/// block order or colour matrix is far beyond.
#[test]
fn lossy_formats_are_close_to_what_pillow_reads() {
    let cases = [
        (file!("progressive.jpg"), file!("progressive.png"), 6),
        (file!("baseline.jpg"), file!("baseline.png"), 3),
        (file!("grey.jpg"), file!("grey.png"), 1),
        (file!("cmyk.jpg"), file!("cmyk.png"), 1),
        (file!("lossy.webp"), file!("lossy.png"), 0),
    ];
    for (index, (ours, theirs, most)) in cases.into_iter().enumerate() {
        let got = distance(ours, theirs);
        assert!(got <= most, "case {index}: {got} is more than {most}");
    }
}

#[test]
fn grey_samples_become_three_equal_values() {
    let image = image::GrayImage::from_raw(3, 1, vec![0, 77, 255]).unwrap();
    let file = encode(&DynamicImage::ImageLuma8(image), ImageFormat::Png);
    assert_eq!(decoded(&file), [[0; 3], [77; 3], [255; 3]]);
    assert_eq!(decoded(file!("one_bit.png")), [[0; 3], [255; 3], [0; 3]]);
    for [r, g, b] in decoded(file!("grey.jpg")) {
        assert!(r == g && g == b);
    }
}

#[test]
fn the_high_byte_of_16_bit_samples_counts() {
    let rgb = vec![0x00ff, 0x0100, 0x7fff, 0x8000, 0xfeff, 0xffff];
    let image = image::ImageBuffer::from_raw(2, 1, rgb).unwrap();
    let file = encode(&DynamicImage::ImageRgb16(image), ImageFormat::Png);
    assert_eq!(decoded(&file), [[0x00, 0x01, 0x7f], [0x80, 0xfe, 0xff]]);

    let image = image::ImageBuffer::from_raw(2, 1, vec![0x12ff, 0xff00, 0x12ff, 0x00ff]).unwrap();
    let file = encode(&DynamicImage::ImageLumaA16(image), ImageFormat::Png);
    assert_eq!(decoded(&file), [[0x12; 3], [255; 3]]);

    let image = image::ImageBuffer::from_raw(1, 1, vec![0x64ff, 0, 0xc800, 0x80aa]).unwrap();
    let file = encode(&DynamicImage::ImageRgba16(image), ImageFormat::Png);
    assert_eq!(decoded(&file), [[177, 127, 227]]);

    let image = image::ImageBuffer::from_raw(1, 1, vec![0xabcd]).unwrap();
    let file = encode(&DynamicImage::ImageLuma16(image), ImageFormat::Png);
    assert_eq!(decoded(&file), [[0xab; 3]]);
}

#[test]
fn transparent_pixels_lie_over_white() {
    // (100·128 + 255·127) / 255 = 177.2, (0·128 + 255·127) / 255 = 127, (200·128 + …) / 255 =
    // 227.4.
    let rgba = vec![9, 9, 9, 0, 1, 2, 3, 255, 100, 0, 200, 128];
    let image = image::RgbaImage::from_raw(3, 1, rgba).unwrap();
    let image = DynamicImage::ImageRgba8(image);
    for format in [ImageFormat::Png, ImageFormat::WebP] {
        let file = encode(&image, format);
        assert_eq!(decoded(&file), [[255; 3], [1, 2, 3], [177, 127, 227]]);
    }
    let image = image::GrayAlphaImage::from_raw(2, 1, vec![100, 128, 7, 255]).unwrap();
    let file = encode(&DynamicImage::ImageLumaA8(image), ImageFormat::Png);
    assert_eq!(decoded(&file), [[177; 3], [7; 3]]);
}

#[test]
fn palettes_are_looked_up_and_may_be_transparent() {
    assert_eq!(
        decoded(file!("palette.png")),
        [[255, 0, 0], [255; 3], [0, 0, 255], [9, 8, 7]]
    );
}

/// A GIF with a canvas of 3 × 1 pixels whose first frame is one red pixel at the right, and whose
/// second frame is one red pixel at the left.
const ANIMATED_GIF: &[u8] = b"GIF89a\x03\0\x01\0\x80\0\0\0\0\0\xff\0\0\
    ,\x02\0\0\0\x01\0\x01\0\0\x02\x02L\x01\0\
    ,\0\0\0\0\x01\0\x01\0\0\x02\x02L\x01\0;";

#[test]
fn the_first_frame_of_an_animation_counts_on_a_white_canvas() {
    assert_eq!(decoded(ANIMATED_GIF), [[255; 3], [255; 3], [255, 0, 0]]);
    let frame = decode(file!("animated.webp")).unwrap();
    assert_eq!((frame.width(), frame.height()), (9, 7));
    assert_eq!(
        (frame.rgb(3, 6), frame.rgb(4, 0)),
        (Some([255; 3]), Some([10, 200, 30]))
    );
}

/// The JPEG with an EXIF segment after the start-of-image marker, which says how to turn it.
fn with_orientation(jpeg: &[u8], orientation: u8) -> Vec<u8> {
    let mut exif = b"Exif\0\0MM\0\x2a\0\0\0\x08".to_vec();
    exif.extend([0, 1]); // One entry: tag 0x0112, of type SHORT, one value.
    exif.extend([0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, orientation, 0, 0]);
    exif.extend([0; 4]); // No further directory.
    let mut file = jpeg[..2].to_vec();
    file.extend([0xff, 0xe1]);
    file.extend((exif.len() as u16 + 2).to_be_bytes());
    file.extend(exif);
    file.extend(&jpeg[2..]);
    file
}

#[test]
fn orientation_is_reported_but_not_applied_to_the_stored_pixels() {
    let upright = jpeg(
        16,
        8,
        &(0..=127).flat_map(|v| [v, 2 * v, 0]).collect::<Vec<u8>>(),
    );
    let turned = with_orientation(&upright, 6);
    let picture = decode(&turned).unwrap();
    assert_eq!((picture.width(), picture.height()), (16, 8));
    let untouched = decode(&upright).unwrap();
    assert_eq!(values(&picture), values(&untouched));
    assert_eq!(picture, untouched.turned(6).unwrap());

    assert_eq!(exif_orientation(&upright), None);
    for orientation in 0..=9 {
        let expected = (2..=8).contains(&orientation).then_some(orientation);
        assert_eq!(
            exif_orientation(&with_orientation(&upright, orientation)),
            expected
        );
    }
    assert_eq!(exif_orientation(b"not an image"), None);
}

#[test]
fn files_that_are_no_supported_picture_are_named() {
    let cases: [(&[u8], &str); 10] = [
        (b"\0\0\0\x18ftypheic\0\0\0\0mif1", "HEIC"),
        (b"\0\0\0\x18ftypavif\0\0\0\0mif1", "AVIF"),
        (b"\0\0\0\x18ftypmif1\0\0\0\0", "HEIF"),
        (b"\0\0\0\x18ftypisom\0\0\0\0", "video"),
        (b"II*\0\x08\0\0\0", "TIFF"),
        (b"MM\0*\0\0\0\x08", "TIFF"),
        (b"%PDF-1.7", "PDF"),
        (b"\xef\xbb\xbf\n<SVG xmlns=", "SVG"),
        (b"<?xml version=\"1.0\"?><svg", "SVG"),
        (b"<!DOCTYPE html><title>504", "web page"),
    ];
    for (file, name) in cases {
        let error = decode(file).unwrap_err();
        assert!(
            matches!(error, ImageError::UnsupportedFormat { .. }),
            "{error}"
        );
        let message = error.to_string();
        assert!(
            message.contains(name) && message.contains("convert"),
            "{message}"
        );
    }
}

#[test]
fn files_of_no_format_are_refused() {
    assert_eq!(decode(b""), Err(ImageError::EmptyFile));
    let start = b"hello, w".to_vec();
    assert_eq!(
        decode(b"hello, world"),
        Err(ImageError::UnknownFormat { start })
    );
    let riff_sound = b"RIFF\x24\0\0\0WAVEfmt ";
    assert!(matches!(
        decode(riff_sound),
        Err(ImageError::UnknownFormat { .. })
    ));
}

#[test]
fn a_file_beyond_the_limit_is_refused() {
    let mut file = jpeg(1, 1, &[0; 3]);
    file.resize(MAX_FILE_BYTES, 0);
    assert!(
        decode(&file).is_ok(),
        "trailing bytes up to the limit do no harm"
    );
    file.push(0);
    assert_eq!(
        decode(&file),
        Err(ImageError::FileTooLarge { bytes: file.len() })
    );
}

/// A PNG that ends after its header.
fn png_header(width: u32, height: u32) -> Vec<u8> {
    let small = encode(&rgb8(1, 1, vec![0; 3]), ImageFormat::Png);
    let mut file = small[..16].to_vec();
    file.extend(width.to_be_bytes());
    file.extend(height.to_be_bytes());
    file.extend(&small[24..29]);
    file.extend(crc32(&file[12..29]).to_be_bytes());
    file.extend(&small[33..]);
    file
}

fn crc32(bytes: &[u8]) -> u32 {
    let step = |crc: u32, _| (crc >> 1) ^ (0xedb8_8320 & (crc & 1).wrapping_neg());
    !bytes
        .iter()
        .fold(!0, |crc, &b| (0..8).fold(crc ^ u32::from(b), step))
}

#[test]
fn a_header_beyond_the_limits_is_refused_before_memory_is_set_aside() {
    let cases = [
        (60_000, 60_000),
        (16_385, 1),
        (1, 16_385),
        (8_193, 8_192),
        (1_000_000, 1),
    ];
    for (width, height) in cases {
        let expected = Err(ImageError::Dimensions { width, height });
        assert_eq!(decode(&png_header(width, height)), expected);
    }
    assert!(decode(&png_header(1, 1)).is_ok());

    let mut gif = ANIMATED_GIF.to_vec();
    gif[6..10].copy_from_slice(&[0xff; 4]);
    let (width, height) = (65_535, 65_535);
    assert_eq!(decode(&gif), Err(ImageError::Dimensions { width, height }));

    let mut bmp = encode(&rgb8(1, 1, vec![0; 3]), ImageFormat::Bmp);
    bmp[18..22].copy_from_slice(&60_000u32.to_le_bytes());
    let (width, height) = (60_000, 1);
    assert_eq!(decode(&bmp), Err(ImageError::Dimensions { width, height }));

    let mut jpeg = jpeg(1, 1, &[0; 3]);
    let frame = jpeg
        .windows(2)
        .position(|marker| marker == [0xff, 0xc0])
        .unwrap();
    jpeg[frame + 5..frame + 9].copy_from_slice(&[0xff; 4]);
    let (width, height) = (65_535, 65_535);
    assert_eq!(decode(&jpeg), Err(ImageError::Dimensions { width, height }));
}

#[test]
fn a_frame_that_needs_too_much_memory_is_refused() {
    let mut gif = ANIMATED_GIF.to_vec();
    gif[24..28].copy_from_slice(&[0xff; 4]);
    let format = Format::Gif;
    assert_eq!(decode(&gif), Err(ImageError::TooMuchMemory { format }));
}

#[test]
fn every_truncated_file_is_refused() {
    let image = rgb8(5, 4, (0..60).collect());
    let mut files = vec![
        file!("progressive.jpg").to_vec(),
        file!("baseline.jpg").to_vec(),
    ];
    for format in [ImageFormat::Png, ImageFormat::Bmp, ImageFormat::WebP] {
        files.push(encode(&image, format));
    }
    files.push(file!("lossy.webp").to_vec());
    for file in files {
        let format = detect(&file).unwrap();
        for len in 0..file.len() - 12 {
            let error = decode(&file[..len]).expect_err("the end is missing");
            assert!(error.to_string().len() > 20, "{format}: {error}");
        }
    }
    let file = file!("baseline.jpg");
    let error = decode(&file[..file.len() - 2]).unwrap_err();
    assert!(
        matches!(
            error,
            ImageError::Truncated {
                format: Format::Jpeg,
                ..
            }
        ),
        "{error}"
    );
}

#[test]
fn a_preview_in_the_metadata_does_not_end_a_truncated_jpeg() {
    let whole = jpeg(16, 8, &[90; 3 * 16 * 8]);
    let preview = jpeg(1, 1, &[0; 3]);
    let mut file = vec![0xff, 0xd8, 0xff, 0xe1];
    file.extend((preview.len() as u16 + 2).to_be_bytes());
    file.extend(&preview);
    file.extend(&whole[2..]);
    assert!(decode(&file).is_ok());
    file.truncate(file.len() - 2);
    assert!(matches!(decode(&file), Err(ImageError::Truncated { .. })));
}

#[test]
fn a_damaged_file_is_told_from_an_unsupported_one() {
    let mut png = encode(&rgb8(1, 1, vec![0; 3]), ImageFormat::Png);
    png[30] ^= 1;
    assert!(matches!(
        decode(&png),
        Err(ImageError::Damaged {
            format: Format::Png,
            ..
        })
    ));

    let file = jpeg(1, 1, &[0; 3]);
    let frame = file
        .windows(2)
        .position(|marker| marker == [0xff, 0xc0])
        .unwrap();
    // Arithmetic coding, 12-bit samples, and the second component at 2 × 2. `zune-jpeg` 0.5.15 does
    // not report the first two and can panic at the third.
    for (offset, value) in [(1, 0xc9), (4, 12), (14, 0x22)] {
        let mut file = file.clone();
        file[frame + offset] = value;
        let error = decode(&file).unwrap_err();
        let format = Format::Jpeg;
        assert!(matches!(&error, ImageError::UnsupportedFeature { format: f, .. } if *f == format));
    }
}
