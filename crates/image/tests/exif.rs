//! Where the EXIF orientation of a file is found, against a reader that is written in another way.

use std::path::Path;

use proptest::prelude::*;
use zklens_image::{exif_orientation, pixels};
use zklens_model::{Colour, Crop, Filter, Preprocessing, Resize, View};

const JPEG: &[u8] = include_bytes!("files/baseline.jpg");
const PNG: &[u8] = include_bytes!("files/palette.png");
const WEBP: &[u8] = include_bytes!("files/lossy.webp");

#[derive(Clone, Copy, Debug)]
enum Order {
    Big,
    Little,
}

impl Order {
    const fn u16(self, value: u16) -> [u8; 2] {
        match self {
            Self::Big => value.to_be_bytes(),
            Self::Little => value.to_le_bytes(),
        }
    }

    const fn u32(self, value: u32) -> [u8; 4] {
        match self {
            Self::Big => value.to_be_bytes(),
            Self::Little => value.to_le_bytes(),
        }
    }
}

/// An entry of a TIFF directory: tag, type, count, and the first half of its value.
type Entry = (u16, u16, u32, u16);

const fn orientation(value: u16) -> Entry {
    (0x112, 3, 1, value)
}

fn tiff(order: Order, directory_at: u32, entries: &[Entry]) -> Vec<u8> {
    let mut tiff = match order {
        Order::Big => b"MM".to_vec(),
        Order::Little => b"II".to_vec(),
    };
    tiff.extend(order.u16(42));
    tiff.extend(order.u32(directory_at));
    tiff.resize(tiff.len().max(directory_at as usize), 0xee);
    tiff.extend(order.u16(entries.len() as u16));
    for (tag, kind, count, value) in entries {
        tiff.extend([order.u16(*tag), order.u16(*kind)].concat());
        tiff.extend(order.u32(*count));
        tiff.extend([order.u16(*value), [0; 2]].concat());
    }
    tiff
}

fn segment(marker: u8, content: &[u8]) -> Vec<u8> {
    let length = (content.len() as u16 + 2).to_be_bytes();
    [&[0xff, marker], &length[..], content].concat()
}

/// The JPEG with segments after its first two bytes.
fn jpeg(segments: &[Vec<u8>]) -> Vec<u8> {
    [&JPEG[..2], &segments.concat(), &JPEG[2..]].concat()
}

fn exif_segment(tiff: &[u8]) -> Vec<u8> {
    segment(0xe1, &[b"Exif\0\0", tiff].concat())
}

/// The PNG with chunks after its header. Their checksums are wrong.
fn png(chunks: &[(&[u8; 4], &[u8])]) -> Vec<u8> {
    let header = 8 + 25;
    let chunk = |(kind, content): &(&[u8; 4], &[u8])| {
        let length = (content.len() as u32).to_be_bytes();
        [&length, kind.as_slice(), *content, &[0; 4]].concat()
    };
    let chunks: Vec<u8> = chunks.iter().flat_map(chunk).collect();
    [&PNG[..header], &chunks, &PNG[header..]].concat()
}

/// The WebP with chunks at its end.
fn webp(chunks: &[(&[u8; 4], &[u8])]) -> Vec<u8> {
    let chunk = |(kind, content): &(&[u8; 4], &[u8])| {
        let length = (content.len() as u32).to_le_bytes();
        let padding = vec![0; content.len() % 2];
        [kind.as_slice(), &length, *content, &padding].concat()
    };
    let chunks: Vec<u8> = chunks.iter().flat_map(chunk).collect();
    [WEBP, &chunks].concat()
}

/// The same file in each format that has EXIF data.
fn files(tiff: &[u8]) -> [Vec<u8>; 3] {
    [
        jpeg(&[exif_segment(tiff)]),
        png(&[(b"eXIf", tiff)]),
        webp(&[(b"EXIF", tiff)]),
    ]
}

fn assert_orientation(tiff: &[u8], expected: Option<u8>) {
    for file in files(tiff) {
        assert_eq!(exif_orientation(&file), expected, "{tiff:02x?}");
    }
}

const BOTH: [Order; 2] = [Order::Big, Order::Little];

#[test]
fn every_orientation_is_read_in_every_format_and_byte_order() {
    for order in BOTH {
        for value in 0..=300 {
            let expected = (2..=8).contains(&value).then_some(value as u8);
            assert_orientation(&tiff(order, 8, &[orientation(value)]), expected);
        }
    }
    for file in [JPEG, PNG, WEBP] {
        assert_eq!(exif_orientation(file), None);
    }
}

#[test]
fn the_directory_may_lie_anywhere_and_have_other_entries() {
    for order in BOTH {
        let others = [
            (0x10f, 2, 4, 7),
            (0x100, 3, 1, 8),
            orientation(6),
            (0x8769, 4, 1, 8),
        ];
        assert_orientation(&tiff(order, 8, &others), Some(6));
        assert_orientation(&tiff(order, 50, &others), Some(6));
        // The header and the directory may overlap: 42 entries, of which the first is cut off.
        assert_orientation(&tiff(order, 2, &[]), None);
    }
}

#[test]
fn the_first_entry_of_one_number_of_16_bits_counts() {
    for order in BOTH {
        let read = |entries: &[Entry], expected| {
            assert_orientation(&tiff(order, 8, entries), expected);
        };
        read(&[orientation(3), orientation(6)], Some(3));
        read(&[orientation(9), orientation(6)], None);
        read(&[orientation(1), orientation(6)], None);
        read(&[(0x112, 4, 1, 3), orientation(6)], Some(6));
        read(&[(0x112, 3, 2, 3), orientation(6)], Some(6));
        read(&[(0x112, 1, 1, 3)], None);
    }
}

#[test]
fn what_breaks_off_or_is_no_tiff_is_upright() {
    for order in BOTH {
        let whole = tiff(order, 8, &[(0x100, 3, 1, 1), orientation(8)]);
        assert_orientation(&whole, Some(8));
        for len in 0..whole.len() {
            assert_orientation(&whole[..len], None);
        }
        for at in 0..4 {
            let mut other = whole.clone();
            other[at] ^= 0x20;
            assert_orientation(&other, None);
        }
        for directory_at in [9, 1000, u32::MAX] {
            let mut other = whole.clone();
            other[4..8].copy_from_slice(&order.u32(directory_at));
            assert_orientation(&other, None);
        }
    }
    assert_orientation(b"", None);
}

#[test]
fn the_first_exif_data_of_a_jpeg_count() {
    let of = |value| exif_segment(&tiff(Order::Big, 8, &[orientation(value)]));
    let read = |segments: &[Vec<u8>]| exif_orientation(&jpeg(segments));
    assert_eq!(read(&[of(3), of(6)]), Some(3));
    assert_eq!(read(&[exif_segment(b"broken"), of(6)]), None);
    let other_app1 = segment(0xe1, b"http://ns.adobe.com/xap/1.0/\0<x/>");
    let other_app = segment(0xe2, &of(3)[4..]);
    assert_eq!(read(&[other_app1, other_app, of(6)]), Some(6));

    // After a start of scan, nothing counts.
    let mut late = JPEG[..JPEG.len() - 2].to_vec();
    late.extend(of(6));
    late.extend(&JPEG[JPEG.len() - 2..]);
    assert_eq!(exif_orientation(&late), None);
    // A preview is a JPEG inside the EXIF data, with an orientation of its own.
    let mut preview = tiff(Order::Big, 8, &[orientation(8)]);
    preview.extend(jpeg(&[of(3)]));
    assert_eq!(read(&[exif_segment(&preview)]), Some(8));
}

#[test]
fn the_first_exif_chunk_of_a_png_or_webp_counts() {
    let [three, six] = [3, 6].map(|value| tiff(Order::Little, 8, &[orientation(value)]));
    let prefixed = [b"Exif\0\0", three.as_slice()].concat();
    let mut odd = three.clone();
    odd.push(0);
    for (file, kind) in [
        (png as fn(&[(&[u8; 4], &[u8])]) -> Vec<u8>, b"eXIf"),
        (webp, b"EXIF"),
    ] {
        let read = |chunks: &[(&[u8; 4], &[u8])]| exif_orientation(&file(chunks));
        assert_eq!(
            read(&[(b"abcd", &odd), (kind, &three), (kind, &six)]),
            Some(3)
        );
        assert_eq!(read(&[(kind, b"II*"), (kind, &six)]), None);
        assert_eq!(read(&[(kind, &odd), (kind, &six)]), Some(3));
        assert_eq!(read(&[(kind, &prefixed)]), Some(3));
        assert_eq!(
            read(&[(b"IDAT", b""), (kind, &six)]),
            (kind == b"EXIF").then_some(6)
        );

        let mut cut = file(&[(kind, &six)]);
        if kind == b"EXIF" {
            cut.pop();
            assert_eq!(exif_orientation(&cut), None);
        }
    }
}

/// A second reader of TIFF: every number by its offset.
fn plain(tiff: &[u8]) -> Option<u8> {
    let is_big = match tiff.get(..4)? {
        b"MM\0*" => true,
        b"II*\0" => false,
        _ => return None,
    };
    let number = |at: usize, bytes: usize| {
        let digits = tiff.get(at..at.checked_add(bytes)?)?.iter();
        let join = |sum: usize, byte: &u8| sum << 8 | usize::from(*byte);
        Some(if is_big {
            digits.fold(0, join)
        } else {
            digits.rev().fold(0, join)
        })
    };
    let directory = number(4, 4)?;
    for entry in 0..number(directory, 2)? {
        let at = directory + 2 + 12 * entry;
        let value = number(at + 8, 2)?;
        number(at + 10, 2)?;
        if [number(at, 2)?, number(at + 2, 2)?, number(at + 4, 4)?] == [0x112, 3, 1] {
            return (2..=8).contains(&value).then_some(value as u8);
        }
    }
    None
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4096))]

    #[test]
    fn changed_exif_data_are_read_as_the_second_reader_reads_them(
        is_big: bool,
        directory_at in 4..20u32,
        entries in prop::collection::vec(
            (prop_oneof![Just(0x112), any::<u16>()], 1..5u16, 0..3u32, 0..10u16),
            0..6,
        ),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..4),
    ) {
        let mut tiff = tiff(if is_big { Order::Big } else { Order::Little }, directory_at, &entries);
        for (at, value) in changes {
            let at = at.index(tiff.len());
            tiff[at] = value;
        }
        let expected = plain(&tiff);
        for file in files(&tiff) {
            prop_assert_eq!(exif_orientation(&file), expected);
        }
    }
}

/// Files by Pillow, which turns each of them into the picture in `upright.png`. JPEG loses some of the blue edges; turned
/// otherwise, they would be 190 off.
#[test]
fn every_orientation_is_applied_as_pillow_applies_it() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/files");
    let read = |name: &str| std::fs::read(folder.join(name)).unwrap();
    let view = View::new(true, Some(Crop::WITHOUT_BORDER), Filter::Area).unwrap();
    let wanted = Preprocessing {
        height: 16,
        width: 23,
        colour: Colour::Rgb,
        resize: Resize::View(view),
        invert: false,
    };
    let upright = pixels(&read("upright.png"), &wanted).unwrap();
    for orientation in 1..=8u8 {
        for (format, most) in [("png", 0), ("webp", 0), ("jpg", 24)] {
            let file = read(&format!("upright_{orientation}.{format}"));
            let expected = (orientation > 1).then_some(orientation);
            assert_eq!(exif_orientation(&file), expected, "{format}");
            let seen = pixels(&file, &wanted).unwrap();
            let pairs = seen.values().iter().zip(upright.values());
            let distance = pairs.map(|(a, b)| a.abs_diff(*b)).max();
            assert!(
                distance <= Some(most),
                "{orientation}.{format}: {distance:?}"
            );
        }
    }
}
