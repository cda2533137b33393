//! From a [`Picture`] to the values that a network takes, exact on integers.

use core::ops::Range;

use zklens_model::{Colour, Pixels, Preprocessing, Resize};

use crate::Picture;

/// Brings a picture to a network's colour channels and size, and inverts it if asked, as
/// [`Preprocessing`] defines each step. Only the source pixels that the result depends on are read.
///
/// [`Resize::Box`] takes the mean of each channel by itself. For [`Colour::Luma`] that is the mean of
/// the source pixels' lumas, which are rounded down first.
///
/// **Warning:** the result has `preprocessing.len()` values, which this function does not limit. A
/// valid model does.
///
/// ```
/// use zklens_image::{Picture, preprocess};
/// use zklens_model::{Colour, Preprocessing, Resize};
///
/// let picture = Picture::from_rgb(2, 1, vec![255, 0, 0, 0, 0, 255]).unwrap();
/// let preprocessing = Preprocessing {
///     height: 1,
///     width: 2,
///     colour: Colour::Luma,
///     resize: Resize::Nearest,
///     invert: false,
/// };
/// assert_eq!(preprocess(&picture, &preprocessing).values(), [54, 18]);
/// ```
#[must_use]
#[expect(
    clippy::expect_used,
    reason = "the values are counted by the same three numbers"
)]
pub fn preprocess(picture: &Picture, preprocessing: &Preprocessing) -> Pixels {
    let values = match preprocessing.colour {
        Colour::Luma => planes(&resized(picture, preprocessing, |rgb| [luma(rgb)])),
        Colour::Rgb => planes(&resized(picture, preprocessing, |rgb| rgb)),
    };
    finish(values, preprocessing).expect("one value per channel, row and column")
}

/// The result of [`preprocess()`] with [`Resize::Nearest`], from only the source pixels that it
/// reads: those at the rows and columns of [`nearest`], row by row. `None` if their
/// number is not `height · width`.
#[must_use]
pub fn from_samples(samples: &[[u8; 3]], preprocessing: &Preprocessing) -> Option<Pixels> {
    let values = match preprocessing.colour {
        Colour::Luma => samples.iter().map(|rgb| luma(*rgb)).collect(),
        Colour::Rgb => planes(samples),
    };
    finish(values, preprocessing)
}

/// Inverts if asked. `None` if there is not one value per channel, row and column.
fn finish(mut values: Vec<u8>, preprocessing: &Preprocessing) -> Option<Pixels> {
    if preprocessing.invert {
        for value in &mut values {
            *value = 255 - *value;
        }
    }
    Pixels::new(preprocessing.shape(), values)
}

/// `⌊(2126·R + 7152·G + 722·B) / 10000⌋`. The weights' sum is 10,000, so the result is at most 255.
fn luma([r, g, b]: [u8; 3]) -> u8 {
    ((2126 * u32::from(r) + 7152 * u32::from(g) + 722 * u32::from(b)) / 10_000) as u8
}

/// The resized picture; `colour` gives the channels of a source pixel.
fn resized<const CHANNELS: usize>(
    picture: &Picture,
    preprocessing: &Preprocessing,
    colour: impl Fn([u8; 3]) -> [u8; CHANNELS],
) -> Vec<[u8; CHANNELS]> {
    let pixel = |x, y| colour(picture.rgb(x, y).unwrap_or_default());
    let (height, width) = (preprocessing.height, preprocessing.width);
    match preprocessing.resize {
        Resize::Nearest => {
            let columns = nearest(picture.width(), width);
            let rows = nearest(picture.height(), height);
            let row = |y| columns.iter().map(move |&x| (x, y));
            rows.into_iter()
                .flat_map(row)
                .map(|(x, y)| pixel(x, y))
                .collect()
        }
        Resize::Box => {
            let columns = boxes(picture.width(), width);
            let rows = boxes(picture.height(), height);
            let row = |ys: Range<u32>| columns.iter().map(move |xs| (xs.clone(), ys.clone()));
            let cells = rows.into_iter().flat_map(row);
            cells.map(|(xs, ys)| mean(xs, ys, pixel)).collect()
        }
    }
}

/// Pixels, channel by channel.
fn planes<const CHANNELS: usize>(pixels: &[[u8; CHANNELS]]) -> Vec<u8> {
    (0..CHANNELS)
        .flat_map(|channel| pixels.iter().filter_map(move |p| p.get(channel)))
        .copied()
        .collect()
}

/// For each target index, the source index under its centre: `⌊(2·i + 1)·source / (2·target)⌋`,
/// which is less than `source`. This is [`Resize::Nearest`] along one axis.
#[must_use]
pub fn nearest(source: u32, target: u16) -> Vec<u32> {
    let (wide, count) = (u64::from(source), u64::from(target));
    (0..count)
        .map(|i| ((2 * i + 1) * wide / (2 * count)) as u32)
        .collect()
}

/// For each target index, the source indices it covers: `⌊i·source / target⌋` up to, not including,
/// `⌈(i + 1)·source / target⌉`. A source is at least 1 wide, so the end is beyond the start.
fn boxes(source: u32, target: u16) -> Vec<Range<u32>> {
    let (wide, count) = (u64::from(source), u64::from(target));
    (0..count)
        .map(|i| (i * wide / count) as u32..((i + 1) * wide).div_ceil(count) as u32)
        .collect()
}

/// The mean of each channel, rounded down. A sum is at most `255 · 2^28`.
fn mean<const CHANNELS: usize>(
    xs: Range<u32>,
    ys: Range<u32>,
    pixel: impl Fn(u32, u32) -> [u8; CHANNELS],
) -> [u8; CHANNELS] {
    let count = xs.len() as u64 * ys.len() as u64;
    let mut sums = [0u64; CHANNELS];
    for y in ys {
        for x in xs.clone() {
            for (sum, value) in sums.iter_mut().zip(pixel(x, y)) {
                *sum += u64::from(value);
            }
        }
    }
    sums.map(|sum| (sum / count) as u8)
}
