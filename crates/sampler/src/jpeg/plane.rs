//! The samples of a component that the sampled pixels depend on.
//!
//! Sub-sampled colour has one sample for two pixels, across or down. The triangle filter makes a
//! pixel's value from three parts of the nearest sample and one part of the next nearest. At the
//! edges of the picture, padded to whole MCUs, the nearest sample also stands for the missing one.

use core::cell::Cell;

use super::transform::Column;

/// The samples needed along one axis.
pub(super) struct Axis {
    /// Their coordinates, ascending.
    pub(super) wanted: Vec<u32>,
    /// For each sampled pixel, its nearest sample and the next nearest, as indices into `wanted`.
    pub(super) taps: Vec<(u32, u32)>,
    /// For each block, the range of its samples in `wanted`: start and end.
    blocks: Vec<(u32, u32)>,
}

impl Axis {
    /// `pixels` must ascend. One sample covers `ratio` of them: 1 or 2.
    pub(super) fn new(pixels: &[u32], ratio: u32, blocks: u32) -> Self {
        let last = blocks * 8 - 1;
        let mut wanted = Vec::with_capacity(pixels.len() * ratio as usize);
        let mut taps = Vec::with_capacity(pixels.len());
        for pixel in pixels {
            if ratio == 1 {
                let index = index_of(&mut wanted, *pixel);
                taps.push((index, index));
                continue;
            }
            let near = pixel / 2;
            if pixel % 2 == 0 {
                let far = index_of(&mut wanted, near.saturating_sub(1));
                taps.push((index_of(&mut wanted, near), far));
            } else {
                let near_index = index_of(&mut wanted, near);
                taps.push((near_index, index_of(&mut wanted, (near + 1).min(last))));
            }
        }
        let mut ranges = Vec::with_capacity(blocks as usize);
        let mut index = 0;
        for block in 1..=blocks {
            let start = index;
            while wanted
                .get(index as usize)
                .is_some_and(|place| *place < block * 8)
            {
                index += 1;
            }
            ranges.push((start, index));
        }
        Self {
            wanted,
            taps,
            blocks: ranges,
        }
    }

    /// How many blocks have samples.
    fn needed(&self) -> usize {
        self.blocks.iter().filter(|(from, to)| from != to).count()
    }

    /// The range of a block's samples in [`wanted`](Self::wanted): start and end.
    pub(super) fn block(&self, block: usize) -> (usize, usize) {
        match self.blocks.get(block) {
            Some((from, to)) => (*from as usize, *to as usize),
            None => (0, 0),
        }
    }
}

/// The index of a coordinate in `wanted`, to which it is added if it is new. It must be one of the
/// last two, or greater than all.
fn index_of(wanted: &mut Vec<u32>, place: u32) -> u32 {
    let length = wanted.len();
    match wanted.as_slice() {
        [.., last] if *last == place => length as u32 - 1,
        [.., last, _] if *last == place => length as u32 - 2,
        _ => {
            wanted.push(place);
            length as u32
        }
    }
}

/// A row of the samples that are needed.
#[derive(Clone, Copy)]
pub(super) struct Row {
    /// Its coordinate.
    pub(super) y: u32,
    /// Where its samples begin in the plane.
    pub(super) start: usize,
}

/// The samples needed of a component.
pub(super) struct Grid {
    pub(super) across: Axis,
    pub(super) down: Axis,
    /// For each column of samples, its factors in the transform.
    pub(super) columns: Vec<Column>,
    pub(super) rows: Vec<Row>,
}

impl Grid {
    pub(super) fn new(across: Axis, down: Axis) -> Self {
        let width = across.wanted.len();
        let starts = (0..).step_by(width.max(1));
        let rows = down.wanted.iter().zip(starts);
        Self {
            columns: across.wanted.iter().copied().map(Column::new).collect(),
            rows: rows.map(|(y, start)| Row { y: *y, start }).collect(),
            across,
            down,
        }
    }

    /// How many blocks have samples.
    pub(super) fn needed(&self) -> usize {
        self.across.needed() * self.down.needed()
    }
}

/// The samples needed of a component, row by row.
pub(super) struct Plane<'a> {
    pub(super) grid: &'a Grid,
    pub(super) samples: Vec<u8>,
}

impl<'a> Plane<'a> {
    pub(super) fn new(grid: &'a Grid) -> Self {
        Self {
            grid,
            samples: vec![0; grid.columns.len() * grid.rows.len()],
        }
    }

    pub(super) const fn cells(&mut self) -> &[Cell<u8>] {
        Cell::from_mut(self.samples.as_mut_slice()).as_slice_of_cells()
    }

    /// The samples of a row, by the row's index among those needed.
    pub(super) fn row(&self, index: u32) -> Option<&[u8]> {
        let width = self.grid.columns.len();
        let start = index as usize * width;
        self.samples.get(start..start + width)
    }
}
