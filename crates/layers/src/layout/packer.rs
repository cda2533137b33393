//! Places arrays in consecutive vectors. Vectors are counted before memory is taken for any of them.

use super::array::{Array, Placement};
use crate::dims::{volume, wide};
use crate::error::LayerError;
use alloc::vec::Vec;

/// Where an array that is longer than a vector of `cells` cells is cut: the outermost axis with an index that fits into a
/// vector, and how many of its indices a vector takes, a power of two.
fn cut(dims: &[usize], cells: usize) -> (usize, usize) {
    let mut inside = 1_usize;
    let mut axis = dims.len().saturating_sub(1);
    for (index, side) in dims.iter().enumerate().rev() {
        axis = index;
        let larger = inside.saturating_mul(*side);
        if larger > cells {
            break;
        }
        inside = larger;
    }
    let most = cells.checked_div(inside).unwrap_or(1).max(1);
    (axis, 1_usize.checked_shl(most.ilog2()).unwrap_or(1))
}

/// The vectors of an array that is longer than one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct CutVectors {
    /// The axis that is cut.
    pub(crate) axis: usize,
    /// Runs of that axis, for one index of the axes outside.
    pub(crate) runs: u64,
    /// Vectors in all.
    pub(crate) vectors: u64,
}

/// How many vectors an array takes of its own, without listing them; `None` of one that fits into a vector.
pub(crate) fn cut_vectors(dims: &[usize], cells: usize) -> Option<CutVectors> {
    if volume(dims) <= cells {
        return None;
    }
    let (axis, per_vector) = cut(dims, cells);
    let side = dims.get(axis).copied().unwrap_or_default();
    let runs = wide(side.div_ceil(per_vector.max(1)));
    let outside = dims.get(..axis).unwrap_or_default().iter();
    let vectors = outside.fold(runs, |vectors, side| vectors.saturating_mul(wide(*side)));
    Some(CutVectors {
        axis,
        runs,
        vectors,
    })
}

/// The most vectors of commitments that a proof may have, those of the key and the statement among them.
pub const MOST_VECTORS: u64 = 1 << 16;

/// Gives arrays their places in consecutive vectors.
#[derive(Clone, Debug)]
pub struct Packer {
    cells: usize,
    first_vector: usize,
    /// The cells that are free of each vector, from the first on.
    free: Rooms,
}

impl Packer {
    /// Places begin in `first_vector`; a vector has `cells` cells.
    #[must_use]
    pub const fn new(cells: usize, first_vector: usize) -> Self {
        Self {
            cells,
            first_vector,
            free: Rooms::new(),
        }
    }

    /// Marks the first `used` cells of the first vector as occupied.
    #[must_use]
    pub(crate) fn after(mut self, used: usize) -> Self {
        self.free.push(self.cells.saturating_sub(used));
        self
    }

    /// The number of cells used in the last vector.
    pub(crate) fn used_of_last(&self) -> usize {
        let free = self.free.last();
        free.map_or(0, |free| self.cells.saturating_sub(free))
    }

    /// The number of vectors used so far.
    #[must_use]
    pub fn vectors(&self) -> usize {
        self.free.len()
    }

    /// Places arrays, the largest first. Arrays may share vectors, also the unused end of the vectors of an array that is cut.
    ///
    /// # Errors
    ///
    /// [`LayerError::TooManyVectors`] if they take vectors beyond [`MOST_VECTORS`]. Arrays longer than a vector are counted before
    /// memory is taken for any vector.
    pub fn place(&mut self, shapes: &[Vec<usize>]) -> Result<Vec<Array>, LayerError> {
        let cut = shapes
            .iter()
            .filter_map(|dims| cut_vectors(dims, self.cells));
        let cut = cut.fold(0_u64, |sum, cut| sum.saturating_add(cut.vectors));
        self.check(cut)?;
        let mut order: Vec<(usize, &Vec<usize>)> = shapes.iter().enumerate().collect();
        order.sort_by_key(|(index, dims)| (core::cmp::Reverse(volume(dims)), *index));
        let mut placed: Vec<(usize, Array)> = Vec::with_capacity(shapes.len());
        for (index, dims) in order {
            let len = volume(dims);
            let place = match len > self.cells {
                true => self.place_cut(dims),
                false => self.place_whole(len),
            };
            placed.push((index, Array::new(dims.clone(), place)));
        }
        self.check(0)?;
        placed.sort_by_key(|(index, _)| *index);
        Ok(placed.into_iter().map(|(_, array)| array).collect())
    }

    /// Whether there is room for `more` vectors.
    fn check(&self, more: u64) -> Result<(), LayerError> {
        let taken = wide(self.first_vector.saturating_add(self.vectors()));
        let vectors = taken.saturating_add(more);
        match vectors > MOST_VECTORS {
            true => Err(LayerError::TooManyVectors {
                vectors,
                limit: MOST_VECTORS,
            }),
            false => Ok(()),
        }
    }

    /// The first vector that has room, or a new one.
    fn place_whole(&mut self, len: usize) -> Placement {
        let (index, free) = self.free.first_with(len).unwrap_or_else(|| {
            self.free.push(self.cells);
            (self.vectors().saturating_sub(1), self.cells)
        });
        self.free.set(index, free.saturating_sub(len));
        Placement::Whole {
            vector: self.first_vector.saturating_add(index),
            offset: self.cells.saturating_sub(free),
        }
    }

    /// An array longer than a vector, cut along the outermost axis with an index that fits.
    fn place_cut(&mut self, dims: &[usize]) -> Placement {
        let (axis, per_vector) = cut(dims, self.cells);
        let place = Placement::Cut {
            first_vector: self.first_vector.saturating_add(self.vectors()),
            axis,
            per_vector,
        };
        for span in Array::new(dims.to_vec(), place).spans() {
            self.free.push(self.cells.saturating_sub(span.cells.len()));
        }
        place
    }
}

/// How much is free in vectors, and above that a tree of the larger of two: the first vector with enough is found in as many
/// steps as the tree has levels.
#[derive(Clone, Debug)]
struct Rooms {
    levels: Vec<Vec<usize>>,
}

impl Rooms {
    const fn new() -> Self {
        Self { levels: Vec::new() }
    }

    fn len(&self) -> usize {
        self.levels.first().map_or(0, Vec::len)
    }

    fn last(&self) -> Option<usize> {
        self.levels.first()?.last().copied()
    }

    fn push(&mut self, free: usize) {
        self.set(self.len(), free);
    }

    /// Changes a vector, or adds one behind the last.
    fn set(&mut self, mut index: usize, mut free: usize) {
        for level in 0_usize.. {
            if self.levels.len() == level {
                self.levels.push(Vec::new());
            }
            let Some(vectors) = self.levels.get_mut(level) else {
                return;
            };
            match vectors.get_mut(index) {
                Some(known) => *known = free,
                None => vectors.push(free),
            }
            if vectors.len() <= 1 {
                return;
            }
            index = index.checked_shr(1).unwrap_or_default();
            let pair = vectors.chunks(2).nth(index).unwrap_or_default();
            free = pair.iter().copied().max().unwrap_or_default();
        }
    }

    /// The first vector with `len` free cells, and how many it has.
    fn first_with(&self, len: usize) -> Option<(usize, usize)> {
        let mut index = 0_usize;
        let mut most = self.levels.last()?.first().filter(|most| **most >= len)?;
        for vectors in self.levels.iter().rev().skip(1) {
            let pair = vectors.chunks(2).nth(index)?;
            let second = usize::from(pair.first().is_none_or(|free| *free < len));
            most = pair.get(second)?;
            index = index.saturating_mul(2).saturating_add(second);
        }
        Some((index, *most))
    }
}
