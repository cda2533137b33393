//! Tensors of 128-bit integers, for definitions that are obviously right.

use zklens_model::{Axis, Window};

/// The output of one node.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tensor {
    /// `[channels, height, width]`.
    pub shape: [usize; 3],
    /// A value `X` stands for `X · 2^-scale`.
    pub scale: i64,
    /// The values, channel by channel, row by row.
    pub cells: Vec<i128>,
    /// The remainders of a `Rescale`, one for each cell; empty for every other operator.
    pub remainders: Vec<i128>,
}

impl Tensor {
    pub(crate) const fn new(shape: [usize; 3], scale: i64, cells: Vec<i128>) -> Self {
        Self {
            shape,
            scale,
            cells,
            remainders: Vec::new(),
        }
    }

    /// The cell of a channel at a row and column, or `None` in the padding.
    pub(crate) fn at(&self, channel: usize, row: i128, column: i128) -> Option<i128> {
        let [_, height, width] = self.shape;
        let row = usize::try_from(row).ok().filter(|row| *row < height)?;
        let column = usize::try_from(column).ok().filter(|c| *c < width)?;
        Some(self.cells[(channel * height + row) * width + column])
    }

    /// A tensor of this shape, with `map` of every cell.
    pub(crate) fn each(&self, scale: i64, map: impl Fn(i128) -> i128) -> Self {
        let cells = self.cells.iter().map(|x| map(*x)).collect();
        Self::new(self.shape, scale, cells)
    }

    /// For every output channel and position of the window, `value(channel, taps)`, where a tap is
    /// the row and column of a cell under the window.
    pub(crate) fn slide(
        &self,
        window: &Window,
        channels: usize,
        scale: i64,
        value: impl Fn(usize, &[(i128, i128)]) -> i128,
    ) -> Self {
        let rows = positions(&window.height, self.shape[1]);
        let columns = positions(&window.width, self.shape[2]);
        let mut cells = Vec::new();
        for channel in 0..channels {
            for top in &rows {
                for left in &columns {
                    let mut taps = Vec::new();
                    for y in 0..wide(window.height.kernel) {
                        for x in 0..wide(window.width.kernel) {
                            taps.push((top + y, left + x));
                        }
                    }
                    cells.push(value(channel, &taps));
                }
            }
        }
        Self::new([channels, rows.len(), columns.len()], scale, cells)
    }
}

/// Where the window begins, in cells of the unpadded picture: from the left edge of the padding, as
/// long as the whole window lies inside picture and padding.
fn positions(axis: &Axis, len: usize) -> Vec<i128> {
    let end = wide(len) + wide(axis.after);
    let mut positions = Vec::new();
    let mut start = -wide(axis.before);
    while start + wide(axis.kernel) <= end {
        positions.push(start);
        start += wide(axis.stride);
    }
    positions
}

fn wide(count: usize) -> i128 {
    i128::try_from(count).expect("a count of cells")
}
