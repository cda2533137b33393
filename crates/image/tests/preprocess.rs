//! Preprocessing against an oracle that converts the whole picture first.

use proptest::prelude::*;
use zklens_image::{Picture, preprocess};
use zklens_model::{Colour, Preprocessing, Resize};

/// The whole source picture, as one plane for each channel.
fn planes(rgb: &[u8], colour: Colour) -> Vec<Vec<u8>> {
    let pixels = rgb.chunks_exact(3);
    match colour {
        Colour::Luma => {
            let weights = [2126u64, 7152, 722];
            let luma = |p: &[u8]| {
                let sum: u64 = p.iter().zip(weights).map(|(&v, w)| u64::from(v) * w).sum();
                (sum / 10_000) as u8
            };
            vec![pixels.map(luma).collect()]
        }
        Colour::Rgb => (0..3)
            .map(|c| pixels.clone().map(|p| p[c]).collect())
            .collect(),
    }
}

/// The source index under a pixel's centre, by search: the last source index whose left edge is not
/// beyond it.
fn under_centre(i: usize, source: usize, target: usize) -> usize {
    (0..source)
        .rev()
        .find(|s| s * 2 * target <= (2 * i + 1) * source)
        .unwrap()
}

/// The source indices that overlap a target index, by search.
fn covered(i: usize, source: usize, target: usize) -> Vec<usize> {
    (0..source)
        .filter(|s| s * target < (i + 1) * source && (s + 1) * target > i * source)
        .collect()
}

fn oracle(width: usize, rgb: &[u8], wanted: &Preprocessing) -> Vec<u8> {
    let height = rgb.len() / 3 / width;
    let (rows, columns) = (usize::from(wanted.height), usize::from(wanted.width));
    let mut values = Vec::new();
    for plane in planes(rgb, wanted.colour) {
        for y in 0..rows {
            for x in 0..columns {
                let value = match wanted.resize {
                    Resize::Nearest => {
                        let (sy, sx) = (
                            under_centre(y, height, rows),
                            under_centre(x, width, columns),
                        );
                        plane[sy * width + sx]
                    }
                    Resize::Box => {
                        let (ys, xs) = (covered(y, height, rows), covered(x, width, columns));
                        let sum: usize = ys
                            .iter()
                            .flat_map(|sy| xs.iter().map(move |sx| sy * width + sx))
                            .map(|at| usize::from(plane[at]))
                            .sum();
                        (sum / (ys.len() * xs.len())) as u8
                    }
                };
                values.push(if wanted.invert { !value } else { value });
            }
        }
    }
    values
}

fn pictures() -> impl Strategy<Value = (u32, u32, Vec<u8>)> {
    (1..24u32, 1..24u32).prop_flat_map(|(width, height)| {
        let len = (width * height * 3) as usize;
        (
            Just(width),
            Just(height),
            prop::collection::vec(any::<u8>(), len),
        )
    })
}

fn preprocessings() -> impl Strategy<Value = Preprocessing> {
    let colour = prop_oneof![Just(Colour::Luma), Just(Colour::Rgb)];
    let resize = prop_oneof![Just(Resize::Nearest), Just(Resize::Box)];
    (1..32u16, 1..32u16, colour, resize, any::<bool>()).prop_map(
        |(height, width, colour, resize, invert)| Preprocessing {
            height,
            width,
            colour,
            resize,
            invert,
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn every_preprocessing_equals_the_oracle(
        (width, height, rgb) in pictures(),
        wanted in preprocessings(),
    ) {
        let expected = oracle(width as usize, &rgb, &wanted);
        let picture = Picture::from_rgb(width, height, rgb).unwrap();
        let pixels = preprocess(&picture, &wanted);
        prop_assert_eq!(pixels.shape(), wanted.shape());
        prop_assert_eq!(pixels.values(), expected);
    }
}

const AS_IT_IS: Preprocessing = Preprocessing {
    height: 2,
    width: 3,
    colour: Colour::Rgb,
    resize: Resize::Nearest,
    invert: false,
};

#[test]
fn a_picture_of_the_size_wanted_keeps_every_value() {
    let picture = Picture::from_rgb(3, 2, (0..18).collect()).unwrap();
    let values = [0, 3, 6, 9, 12, 15, 1, 4, 7, 10, 13, 16, 2, 5, 8, 11, 14, 17];
    for resize in [Resize::Nearest, Resize::Box] {
        let wanted = Preprocessing { resize, ..AS_IT_IS };
        assert_eq!(preprocess(&picture, &wanted).values(), values);
    }
}

#[test]
fn white_and_black_keep_their_extremes_in_luma() {
    for value in [0, 255] {
        let picture = Picture::from_rgb(1, 1, vec![value; 3]).unwrap();
        let wanted = Preprocessing {
            colour: Colour::Luma,
            ..AS_IT_IS
        };
        assert_eq!(preprocess(&picture, &wanted).values(), [value; 6]);
    }
}

#[test]
fn the_longest_sides_do_not_overflow() {
    let picture = Picture::from_rgb(16_384, 1, vec![255; 3 * 16_384]).unwrap();
    for resize in [Resize::Nearest, Resize::Box] {
        let wanted = Preprocessing {
            height: 1,
            width: u16::MAX,
            resize,
            ..AS_IT_IS
        };
        assert!(
            preprocess(&picture, &wanted)
                .values()
                .iter()
                .all(|&v| v == 255)
        );
        let one = Preprocessing {
            height: 1,
            width: 1,
            resize,
            ..AS_IT_IS
        };
        assert_eq!(preprocess(&picture, &one).values(), [255; 3]);
    }
}

#[test]
fn a_preprocessing_without_pixels_gives_none() {
    let picture = Picture::from_rgb(1, 1, vec![0; 3]).unwrap();
    for resize in [Resize::Nearest, Resize::Box] {
        let wanted = Preprocessing {
            height: 0,
            resize,
            ..AS_IT_IS
        };
        assert!(preprocess(&picture, &wanted).values().is_empty());
    }
}

#[test]
fn a_picture_needs_exactly_its_pixels() {
    assert!(Picture::from_rgb(2, 2, vec![0; 11]).is_none());
    assert!(Picture::from_rgb(0, 2, vec![]).is_none());
    let picture = Picture::from_rgb(2, 1, vec![1, 2, 3, 4, 5, 6]).unwrap();
    assert_eq!((picture.width(), picture.height()), (2, 1));
    assert_eq!(picture.rgb(1, 0), Some([4, 5, 6]));
    assert_eq!(picture.rgb(2, 0), None);
    assert_eq!(picture.rgb(0, 1), None);
}
