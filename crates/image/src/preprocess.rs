//! From a [`Picture`] to the values that a network takes, exact on integers.

use zklens_model::{Colour, Filter, Pixels, Preprocessing, Resize};

use crate::Picture;
use crate::view::Part;

/// Brings a picture to a network's colour channels and size, and inverts it if asked, as
/// [`Preprocessing`] defines each step. Only the source pixels that the result depends on are read.
///
/// [`Resize::Box`] and [`Filter::Area`] take the mean of each channel by itself. For [`Colour::Luma`] that is the mean of
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
    // The part of a picture is not defined for an input without pixels.
    if preprocessing.is_empty() {
        return Vec::new();
    }
    let target = [preprocessing.height, preprocessing.width];
    let sides = [picture.height(), picture.width()];
    let pixel = |x, y| colour(picture.rgb(x, y).unwrap_or_default());
    match preprocessing.resize {
        Resize::Nearest => sampled(sides, target, pixel),
        Resize::Box => averaged(sides, target, boxes, pixel),
        Resize::View(view) => {
            let part = Part::new(picture, view, target);
            let sides = [part.height(), part.width()];
            let pixel = |x, y| colour(part.rgb(x, y));
            match view.filter() {
                Filter::Nearest => sampled(sides, target, pixel),
                Filter::Area => averaged(sides, target, overlaps, pixel),
            }
        }
    }
}

/// The pixels under the centres of a target of `[height, width]`.
fn sampled<const CHANNELS: usize>(
    [high, wide]: [u32; 2],
    [height, width]: [u16; 2],
    pixel: impl Fn(u32, u32) -> [u8; CHANNELS],
) -> Vec<[u8; CHANNELS]> {
    let columns = nearest(wide, width);
    let row = |y| columns.iter().map(move |&x| (x, y));
    let cells = nearest(high, height).into_iter().flat_map(row);
    cells.map(|(x, y)| pixel(x, y)).collect()
}

/// Weighted means, rounded down. `covered` gives, along one axis of so many source pixels, the
/// source pixels of each target pixel.
fn averaged<const CHANNELS: usize>(
    [high, wide]: [u32; 2],
    [height, width]: [u16; 2],
    covered: fn(u32, u16) -> Vec<Vec<Covered>>,
    pixel: impl Fn(u32, u32) -> [u8; CHANNELS],
) -> Vec<[u8; CHANNELS]> {
    let columns = covered(wide, width);
    let rows = covered(high, height);
    let row = |ys| columns.iter().map(move |xs| (xs, ys));
    let cells = rows.iter().flat_map(row);
    cells.map(|(xs, ys)| mean(xs, ys, &pixel)).collect()
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

/// A source index that a target index covers, and its weight.
struct Covered {
    index: u32,
    weight: u64,
}

/// [`Resize::Box`] along one axis: every source index that is covered in part weighs 1.
fn boxes(source: u32, target: u16) -> Vec<Vec<Covered>> {
    covered(source, target, |_| 1)
}

/// [`Filter::Area`] along one axis: a source index weighs its overlap, in units of `1 / target` of
/// a source pixel. The weights of a target index add up to `source`.
fn overlaps(source: u32, target: u16) -> Vec<Vec<Covered>> {
    covered(source, target, |overlap| overlap)
}

/// For each target index `i`, the source indices that it covers: `⌊i·source / target⌋` up to, not
/// including, `⌈(i + 1)·source / target⌉`. A source is at least 1 wide, so the end is beyond the
/// start, and each has an overlap.
fn covered(source: u32, target: u16, weight: impl Fn(u64) -> u64) -> Vec<Vec<Covered>> {
    let (wide, count) = (u64::from(source), u64::from(target));
    let of_target = |i: u64| {
        let (start, end) = (i * wide, (i + 1) * wide);
        let indices = (start / count) as u32..end.div_ceil(count) as u32;
        let one = |index: u32| {
            let left = u64::from(index) * count;
            Covered {
                index,
                weight: weight(end.min(left + count) - start.max(left)),
            }
        };
        indices.map(one).collect()
    };
    (0..count).map(of_target).collect()
}

/// The weighted mean of each channel, rounded down. A sum is at most 255 times the weights' sum,
/// which is the number of source pixels or less.
fn mean<const CHANNELS: usize>(
    xs: &[Covered],
    ys: &[Covered],
    pixel: impl Fn(u32, u32) -> [u8; CHANNELS],
) -> [u8; CHANNELS] {
    let total = |side: &[Covered]| side.iter().map(|covered| covered.weight).sum::<u64>();
    let all = total(xs) * total(ys);
    let mut sums = [0u64; CHANNELS];
    for y in ys {
        for x in xs {
            let weight = x.weight * y.weight;
            for (sum, value) in sums.iter_mut().zip(pixel(x.index, y.index)) {
                *sum += weight * u64::from(value);
            }
        }
    }
    sums.map(|sum| (sum / all) as u8)
}
