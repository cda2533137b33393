//! The part of a picture that a [`View`] shows, in coordinates of its own.

use image::metadata::Orientation;
use zklens_model::{Crop, View};

use crate::Picture;

/// A part of a picture, turned upright if the view says so. Columns count from the part's left, rows
/// from its top.
pub(crate) struct Part<'a> {
    picture: &'a Picture,
    orientation: Orientation,
    rows: Side,
    columns: Side,
}

/// What is left out before the part along one axis, and the pixels in it.
#[derive(Clone, Copy)]
struct Side {
    before: u32,
    len: u32,
}

impl<'a> Part<'a> {
    /// The part for a network's input of `[height, width]`, each at least 1.
    pub(crate) fn new(picture: &'a Picture, view: View, input: [u16; 2]) -> Self {
        let orientation = if view.is_upright() {
            picture.orientation()
        } else {
            Orientation::NoTransforms
        };
        let sides = match orientation {
            Orientation::NoTransforms
            | Orientation::FlipHorizontal
            | Orientation::Rotate180
            | Orientation::FlipVertical => [picture.height(), picture.width()],
            Orientation::Rotate90
            | Orientation::Rotate270
            | Orientation::Rotate90FlipH
            | Orientation::Rotate270FlipH => [picture.width(), picture.height()],
        };
        let [rows, columns] = match view.crop() {
            None => sides.map(|len| Side { before: 0, len }),
            Some(crop) => cropped(sides, input, crop),
        };
        Self {
            picture,
            orientation,
            rows,
            columns,
        }
    }

    /// Width in pixels, at least 1.
    pub(crate) const fn width(&self) -> u32 {
        self.columns.len
    }

    /// Height in pixels, at least 1.
    pub(crate) const fn height(&self) -> u32 {
        self.rows.len
    }

    /// Red, green and blue of one pixel; black outside the part.
    pub(crate) fn rgb(&self, x: u32, y: u32) -> [u8; 3] {
        self.stored(x, y)
            .and_then(|[x, y]| self.picture.rgb(x, y))
            .unwrap_or_default()
    }

    /// The column and row at which a pixel of the part is stored.
    fn stored(&self, x: u32, y: u32) -> Option<[u32; 2]> {
        let (x, y) = (
            x.checked_add(self.columns.before)?,
            y.checked_add(self.rows.before)?,
        );
        let from_right = |v: u32| (self.picture.width() - 1).checked_sub(v);
        let from_bottom = |v: u32| (self.picture.height() - 1).checked_sub(v);
        Some(match self.orientation {
            Orientation::NoTransforms => [x, y],
            Orientation::FlipHorizontal => [from_right(x)?, y],
            Orientation::Rotate180 => [from_right(x)?, from_bottom(y)?],
            Orientation::FlipVertical => [x, from_bottom(y)?],
            Orientation::Rotate90FlipH => [y, x],
            Orientation::Rotate90 => [y, from_bottom(x)?],
            Orientation::Rotate270FlipH => [from_right(y)?, from_bottom(x)?],
            Orientation::Rotate270 => [from_right(y)?, x],
        })
    }
}

/// The centred part of `[rows, columns]`, as [`Crop`] defines it.
fn cropped([rows, columns]: [u32; 2], [height, width]: [u16; 2], crop: Crop) -> [Side; 2] {
    let (h, w) = (u64::from(height), u64::from(width));
    let (all_rows, all_columns) = (u64::from(rows), u64::from(columns));
    let [most_rows, most_columns] = if all_rows * w <= all_columns * h {
        [all_rows, all_rows * w / h]
    } else {
        [all_columns * h / w, all_columns]
    };
    let side = |all: u32, most: u64| {
        let kept = most.max(1) * u64::from(crop.kept()) / u64::from(crop.of());
        // At most `all`, since `most` is.
        let len = kept.max(1) as u32;
        Side {
            before: (all - len) / 2,
            len,
        }
    };
    [side(rows, most_rows), side(columns, most_columns)]
}
