//! Networks that see a part of a picture, or see it upright. The sampler leaves them to
//! `zklens_image`: it may not take them for networks that see the whole picture as stored.

use proptest::prelude::*;
use zklens_model::{Colour, Crop, Filter, Preprocessing, Resize, View};

const JPEG: &[u8] = include_bytes!("../../../examples/fashion/7_sneaker.jpg");
const PNG: &[u8] = include_bytes!("../../../examples/fashion/3_dress.png");

/// EXIF data in big-endian order with this orientation.
fn tiff(orientation: u8) -> Vec<u8> {
    let mut tiff = b"MM\0\x2a\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01".to_vec();
    tiff.extend([0, orientation, 0, 0]);
    tiff
}

fn jpeg(orientation: u8) -> Vec<u8> {
    let content = [b"Exif\0\0".as_slice(), &tiff(orientation)].concat();
    let length = (content.len() as u16 + 2).to_be_bytes();
    [&JPEG[..2], &[0xff, 0xe1], &length, &content, &JPEG[2..]].concat()
}

fn png(orientation: u8) -> Vec<u8> {
    let tiff = tiff(orientation);
    let length = (tiff.len() as u32).to_be_bytes();
    let chunk = [&length, b"eXIf".as_slice(), &tiff, &[0; 4]].concat();
    let header = 8 + 25;
    [&PNG[..header], &chunk, &PNG[header..]].concat()
}

fn resizes() -> impl Strategy<Value = Resize> {
    let crop = (1..20u16, 1..20u16).prop_map(|(kept, more)| Crop::new(kept, kept + more - 1));
    let crop = prop_oneof![Just(None), crop];
    let filter = prop_oneof![Just(Filter::Nearest), Just(Filter::Area)];
    (any::<bool>(), crop, filter).prop_map(|(upright, crop, filter)| {
        View::new(upright, crop, filter).map_or(Resize::Nearest, Resize::View)
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn every_view_is_that_of_the_reference(
        orientation in 0..10u8,
        (height, width) in (1..40u16, 1..40u16),
        colour in prop_oneof![Just(Colour::Luma), Just(Colour::Rgb)],
        resize in resizes(),
        invert: bool,
    ) {
        let wanted = Preprocessing { height, width, colour, resize, invert };
        for file in [jpeg(orientation), png(orientation)] {
            let reference = zklens_image::pixels(&file, &wanted);
            prop_assert!(reference.is_ok());
            prop_assert_eq!(zklens_sampler::pixels(&file, &wanted), reference);
        }
    }
}

#[test]
fn an_upright_view_differs_from_the_picture_as_stored() {
    let stored = Preprocessing {
        height: 28,
        width: 28,
        colour: Colour::Luma,
        resize: Resize::Nearest,
        invert: false,
    };
    let view = View::new(true, None, Filter::Nearest).unwrap();
    let upright = Preprocessing {
        resize: Resize::View(view),
        ..stored
    };
    for file in [jpeg(6), png(6)] {
        let [stored, upright] = [stored, upright].map(|p| zklens_sampler::pixels(&file, &p));
        assert_ne!(stored, upright);
    }
    for file in [jpeg(1), png(1)] {
        let [stored, upright] = [stored, upright].map(|p| zklens_sampler::pixels(&file, &p));
        assert_eq!(stored, upright);
    }
}
