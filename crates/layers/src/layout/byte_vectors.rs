//! Vectors that hold the bytes of numbers, and nothing else.
//!
//! Cut into equal chunks, they are the columns of the table [`crate::gadgets::Gadget::Range`], whose queries prove that
//! every cell is a byte. A chunk is a part of a vector, or several whole vectors. The cells behind the last chunk of a
//! vector stay unused: the packer places bytes in the first [`Chunks::cells`] cells of each vector.

use super::array::{Array, Placement};
use crate::dims::{AXES, num_vars};
use alloc::vec::Vec;
use zklens_commitment::VectorLength;

/// The number of chunks to aim at. With fewer and longer chunks the sumcheck has more rounds; with more chunks the prover
/// sends more values.
const MOST: usize = 8;

/// How vectors of bytes are cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Chunks {
    /// Cells of a chunk in one vector.
    width: usize,
    /// Vectors of a chunk.
    height: usize,
    /// Chunks of a vector; one if a chunk has several vectors.
    per_vector: usize,
}

impl Chunks {
    /// Chunks for `bytes` bytes: as few as give a table of at most `num_vars` variables, and at most [`MOST`] of them,
    /// unless the ends of vectors stay unused.
    pub(crate) fn new(bytes: usize, num_vars: usize, columns: VectorLength) -> Self {
        let mut few = (1..MOST).map(|count| Self::of_cells(bytes.div_ceil(count), columns));
        let fits = few.find(|chunks| self::num_vars(chunks.dims()) <= num_vars);
        fits.unwrap_or_else(|| Self::of_cells(bytes.div_ceil(MOST), columns))
    }

    /// Chunks of at least `wanted` cells.
    fn of_cells(wanted: usize, columns: VectorLength) -> Self {
        let vector = columns.count();
        let wanted = wanted.max(1);
        match vector.checked_div(wanted).unwrap_or_default() {
            0 => Self {
                width: vector,
                height: wanted.div_ceil(vector),
                per_vector: 1,
            },
            per_vector => Self {
                width: vector.checked_div(per_vector).unwrap_or(vector),
                height: 1,
                per_vector,
            },
        }
    }

    /// The cells of a vector that lie in chunks.
    pub(crate) const fn cells(&self) -> usize {
        self.width.saturating_mul(self.per_vector)
    }

    /// Sides of the table whose columns are the chunks.
    pub(crate) const fn dims(&self) -> [usize; AXES] {
        [1, 1, self.height, self.width]
    }

    /// The chunks of `vectors` consecutive vectors from `first_vector`. Only `used` cells of the last vector are occupied.
    pub(crate) fn arrays(&self, first_vector: usize, vectors: usize, used: usize) -> Vec<Array> {
        if self.height > 1 {
            return self.of_several_vectors(first_vector, vectors);
        }
        let last = vectors.saturating_sub(1);
        let full = last.saturating_mul(self.per_vector);
        let count = full.saturating_add(used.div_ceil(self.width));
        let chunk = |index: usize| {
            let vector = index.checked_div(self.per_vector).unwrap_or_default();
            let offset = index.checked_rem(self.per_vector).unwrap_or_default();
            Array::new(
                self.dims().to_vec(),
                Placement::Whole {
                    vector: first_vector.saturating_add(vector),
                    offset: offset.saturating_mul(self.width),
                },
            )
        };
        (0..count).map(chunk).collect()
    }

    fn of_several_vectors(&self, first_vector: usize, vectors: usize) -> Vec<Array> {
        let starts = (0..vectors).step_by(self.height);
        let chunk = |start: usize| {
            let height = self.height.min(vectors.saturating_sub(start));
            Array::new(
                Vec::from([1, 1, height, self.width]),
                Placement::Cut {
                    first_vector: first_vector.saturating_add(start),
                    axis: 2,
                    per_vector: 1,
                },
            )
        };
        starts.map(chunk).collect()
    }
}
