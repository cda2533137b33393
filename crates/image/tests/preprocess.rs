//! Preprocessing against an oracle that converts the whole picture first.

use proptest::prelude::*;
use zklens_image::{Picture, preprocess};
use zklens_model::{Colour, Crop, Filter, Preprocessing, Resize, View};

/// Rows of pixels.
#[derive(Clone, Debug)]
struct Rows(Vec<Vec<[u8; 3]>>);

impl Rows {
    fn of(width: usize, rgb: &[u8]) -> Self {
        let (pixels, _) = rgb.as_chunks::<3>();
        Self(pixels.chunks(width).map(<[_]>::to_vec).collect())
    }

    const fn height(&self) -> usize {
        self.0.len()
    }

    fn width(&self) -> usize {
        self.0[0].len()
    }

    /// The picture as a viewer shows it. By the EXIF standard, an orientation says at which side of
    /// it the first row and the first column that are stored lie.
    fn upright(&self, orientation: u8) -> Self {
        let (height, width) = (self.height(), self.width());
        let (rows, columns) = if orientation < 5 {
            (height, width)
        } else {
            (width, height)
        };
        let mut upright = vec![vec![[0; 3]; columns]; rows];
        for (r, row) in self.0.iter().enumerate() {
            for (c, pixel) in row.iter().enumerate() {
                let [y, x] = match orientation {
                    1 => [r, c],                          // top, left
                    2 => [r, columns - 1 - c],            // top, right
                    3 => [rows - 1 - r, columns - 1 - c], // bottom, right
                    4 => [rows - 1 - r, c],               // bottom, left
                    5 => [c, r],                          // left, top
                    6 => [c, columns - 1 - r],            // right, top
                    7 => [rows - 1 - c, columns - 1 - r], // right, bottom
                    8 => [rows - 1 - c, r],               // left, bottom
                    other => panic!("orientation {other}"),
                };
                upright[y][x] = *pixel;
            }
        }
        Self(upright)
    }

    /// The largest centred part with the aspect ratio of the input, less the border, by search.
    fn cropped(&self, wanted: &Preprocessing, crop: Crop) -> Self {
        let [h, w] = [wanted.height, wanted.width].map(usize::from);
        let (high, wide) = (self.height(), self.width());
        let most = |all: usize, fits: &dyn Fn(usize) -> bool| {
            (1..=all).rev().find(|n| fits(*n)).unwrap_or(1)
        };
        // One of the two sides is whole: the other then has at most the aspect ratio.
        let columns = most(wide, &|columns| columns * h <= high * w);
        let rows = most(high, &|rows| rows * w <= wide * h);
        assert!(rows == high || columns == wide);
        let [kept, of] = [crop.kept(), crop.of()].map(usize::from);
        let less = |side: usize| most(side, &|part| part * of <= side * kept);
        let (rows, columns) = (less(rows), less(columns));
        let (top, left) = ((high - rows) / 2, (wide - columns) / 2);
        let part = self.0[top..top + rows].iter();
        Self(part.map(|row| row[left..left + columns].to_vec()).collect())
    }

    /// One plane for each channel.
    fn planes(&self, colour: Colour) -> Vec<Vec<u8>> {
        let pixels = self.0.concat();
        match colour {
            Colour::Luma => {
                let weights = [2126u64, 7152, 722];
                let luma = |p: &[u8; 3]| {
                    let sum: u64 = p.iter().zip(weights).map(|(&v, w)| u64::from(v) * w).sum();
                    (sum / 10_000) as u8
                };
                vec![pixels.iter().map(luma).collect()]
            }
            Colour::Rgb => (0..3)
                .map(|c| pixels.iter().map(|p| p[c]).collect())
                .collect(),
        }
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

/// The mean over a grid so fine that every source pixel and every target pixel is made of whole
/// squares.
fn area_mean([y, x]: [usize; 2], plane: &[u8], source: [usize; 2], target: [usize; 2]) -> u8 {
    let along = |axis: usize, i: usize| {
        let squares = i * source[axis]..(i + 1) * source[axis];
        squares.map(move |square| square / target[axis])
    };
    let values = along(0, y).flat_map(|sy| along(1, x).map(move |sx| sy * source[1] + sx));
    let sum: usize = values.map(|at| usize::from(plane[at])).sum();
    (sum / (source[0] * source[1])) as u8
}

fn oracle(stored: &Rows, orientation: u8, wanted: &Preprocessing) -> Vec<u8> {
    let mut seen = stored.clone();
    if let Resize::View(view) = wanted.resize {
        if view.is_upright() {
            seen = seen.upright(orientation);
        }
        if let Some(crop) = view.crop() {
            seen = seen.cropped(wanted, crop);
        }
    }
    let (height, width) = (seen.height(), seen.width());
    let [rows, columns] = [wanted.height, wanted.width].map(usize::from);
    let is_nearest = match wanted.resize {
        Resize::Nearest => true,
        Resize::Box => false,
        Resize::View(view) => view.filter() == Filter::Nearest,
    };
    let mut values = Vec::new();
    for plane in seen.planes(wanted.colour) {
        for y in 0..rows {
            for x in 0..columns {
                let value = if is_nearest {
                    let sy = under_centre(y, height, rows);
                    plane[sy * width + under_centre(x, width, columns)]
                } else if wanted.resize == Resize::Box {
                    let (ys, xs) = (covered(y, height, rows), covered(x, width, columns));
                    let sum: usize = ys
                        .iter()
                        .flat_map(|sy| xs.iter().map(move |sx| sy * width + sx))
                        .map(|at| usize::from(plane[at]))
                        .sum();
                    (sum / (ys.len() * xs.len())) as u8
                } else {
                    area_mean([y, x], &plane, [height, width], [rows, columns])
                };
                values.push(if wanted.invert { !value } else { value });
            }
        }
    }
    values
}

fn pictures() -> impl Strategy<Value = (u32, u32, Vec<u8>)> {
    // Some are far wider than high, or the other way round.
    let sides = prop_oneof![
        (1..24u32, 1..24u32),
        (1..200u32, 1..4u32),
        (1..4u32, 1..200u32)
    ];
    sides.prop_flat_map(|(width, height)| {
        let len = (width * height * 3) as usize;
        (
            Just(width),
            Just(height),
            prop::collection::vec(any::<u8>(), len),
        )
    })
}

fn crops() -> impl Strategy<Value = Crop> {
    let any = (1..=u16::MAX)
        .prop_flat_map(|of| (1..=of).prop_map(move |kept| Crop::new(kept, of).unwrap()));
    prop_oneof![
        Just(Crop::WITHOUT_BORDER),
        Just(Crop::new(224, 256).unwrap()),
        any
    ]
}

fn resizes() -> impl Strategy<Value = Resize> {
    let filter = prop_oneof![Just(Filter::Nearest), Just(Filter::Area)];
    let view = (any::<bool>(), prop::option::of(crops()), filter).prop_filter_map(
        "the same as `Resize::Nearest`",
        |(upright, crop, filter)| View::new(upright, crop, filter).map(Resize::View),
    );
    prop_oneof![Just(Resize::Nearest), Just(Resize::Box), view]
}

fn preprocessings() -> impl Strategy<Value = Preprocessing> {
    let colour = prop_oneof![Just(Colour::Luma), Just(Colour::Rgb)];
    (1..32u16, 1..32u16, colour, resizes(), any::<bool>()).prop_map(
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
    #![proptest_config(ProptestConfig::with_cases(2048))]

    #[test]
    fn every_preprocessing_equals_the_oracle(
        (width, height, rgb) in pictures(),
        orientation in 1..=8u8,
        wanted in preprocessings(),
    ) {
        let expected = oracle(&Rows::of(width as usize, &rgb), orientation, &wanted);
        let picture = Picture::from_rgb(width, height, rgb).unwrap().turned(orientation).unwrap();
        let pixels = preprocess(&picture, &wanted);
        prop_assert_eq!(pixels.shape(), wanted.shape());
        prop_assert_eq!(pixels.values(), expected);
    }

    /// The weights are linear, public, and the same for every picture of a size.
    #[test]
    fn an_area_mean_of_one_colour_is_that_colour(
        (width, height) in (1..3000u32, 1..40u32),
        (rows, columns) in (1..300u16, 1..300u16),
        colour: [u8; 3],
        crop in prop::option::of(crops()),
    ) {
        let rgb = colour.repeat((width * height) as usize);
        let wanted = Preprocessing {
            height: rows,
            width: columns,
            resize: Resize::View(View::new(true, crop, Filter::Area).unwrap()),
            ..AS_IT_IS
        };
        let picture = Picture::from_rgb(width, height, rgb).unwrap();
        let pixels = preprocess(&picture, &wanted);
        let cells = usize::from(rows) * usize::from(columns);
        prop_assert_eq!(pixels.values(), colour.map(|v| vec![v; cells]).concat());
    }
}

/// Every way to resize that keeps a picture of the size wanted as it is.
fn identities() -> Vec<Resize> {
    let crop = Some(Crop::WITHOUT_BORDER);
    let views = [
        View::new(false, crop, Filter::Nearest),
        View::new(false, crop, Filter::Area),
        View::new(true, None, Filter::Nearest),
        View::new(true, crop, Filter::Area),
    ];
    let views = views.map(|view| Resize::View(view.unwrap()));
    [&[Resize::Nearest, Resize::Box], views.as_slice()].concat()
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
    for resize in identities() {
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
    for resize in identities() {
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
    for resize in identities() {
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

/// The picture `L` of 2 × 3 pixels, stored in each of the eight ways, has these rows of brightness.
#[test]
fn each_orientation_turns_a_letter_upright() {
    let upright: [u8; 6] = [10, 20, 30, 40, 50, 60];
    let stored: [(u8, [u32; 2], [u8; 6]); 8] = [
        (1, [2, 3], [10, 20, 30, 40, 50, 60]),
        (2, [2, 3], [20, 10, 40, 30, 60, 50]),
        (3, [2, 3], [60, 50, 40, 30, 20, 10]),
        (4, [2, 3], [50, 60, 30, 40, 10, 20]),
        (5, [3, 2], [10, 30, 50, 20, 40, 60]),
        (6, [3, 2], [20, 40, 60, 10, 30, 50]),
        (7, [3, 2], [60, 40, 20, 50, 30, 10]),
        (8, [3, 2], [50, 30, 10, 60, 40, 20]),
    ];
    let wanted = Preprocessing {
        height: 3,
        width: 2,
        colour: Colour::Luma,
        resize: Resize::View(View::new(true, None, Filter::Nearest).unwrap()),
        invert: false,
    };
    for (orientation, [width, height], values) in stored {
        let rgb = values.iter().flat_map(|v| [*v; 3]).collect();
        let picture = Picture::from_rgb(width, height, rgb).unwrap();
        let picture = picture.turned(orientation).unwrap();
        let pixels = preprocess(&picture, &wanted);
        assert_eq!(pixels.values(), upright, "orientation {orientation}");
        let as_stored = Preprocessing {
            resize: Resize::Nearest,
            height: height as u16,
            width: width as u16,
            ..wanted
        };
        assert_eq!(preprocess(&picture, &as_stored).values(), values);
    }
}

#[test]
fn there_are_eight_orientations() {
    let picture = Picture::from_rgb(1, 1, vec![0; 3]).unwrap();
    for orientation in 0..=u8::MAX {
        let turned = picture.clone().turned(orientation);
        assert_eq!(turned.is_some(), (1..=8).contains(&orientation));
    }
}

/// 7/8 of the square of 9 × 6 pixels is 5 × 5 pixels: two columns are left out before it, and no
/// row. `book/statement.md` has this example.
#[test]
fn the_left_out_pixel_of_an_odd_border_is_below_and_to_the_right() {
    let position = |i: u8| [i % 9, i / 9, 0];
    let picture = Picture::from_rgb(9, 6, (0..54).flat_map(position).collect()).unwrap();
    let crop = Crop::new(224, 256);
    for filter in [Filter::Nearest, Filter::Area] {
        let wanted = Preprocessing {
            height: 5,
            width: 5,
            resize: Resize::View(View::new(false, crop, filter).unwrap()),
            ..AS_IT_IS
        };
        let pixels = preprocess(&picture, &wanted);
        let columns = [2, 3, 4, 5, 6].repeat(5);
        let rows = [0, 1, 2, 3, 4].map(|row| vec![row; 5]).concat();
        assert_eq!(pixels.values(), [columns, rows, vec![0; 25]].concat());
    }
}
