//! The weights of a model in their committed vectors.
//!
//! A large network has tens of millions of weights. The key does not keep vectors of them beside the model: they are made
//! when they are committed to or opened.

use super::write;
use crate::commitment::{Cells, Vector};
use zklens_field::Scalar;
use zklens_layers::Layout;
use zklens_layers::circuit::Values;

/// Everything that is in the vectors of weights.
pub(super) struct WeightVectors<'key> {
    /// The values of each array.
    pub(super) values: Vec<Values<'key>>,
    /// The blinding of each vector.
    pub(super) blindings: &'key [Scalar],
}

impl WeightVectors<'_> {
    /// All vectors.
    pub(super) fn all(&self, layout: &Layout) -> Vec<Vector> {
        let all: Vec<usize> = layout.vectors.weights.clone().collect();
        self.some(layout, &all)
    }

    /// The vectors of these indices, which ascend.
    pub(super) fn some(&self, layout: &Layout, indices: &[usize]) -> Vec<Vector> {
        let mut vectors = vec![Vec::new(); indices.len()];
        for (array, values) in layout.arrays.iter().zip(&self.values) {
            for span in array.spans() {
                if let Ok(position) = indices.binary_search(&span.vector) {
                    let cells = values.slice(span.cells);
                    write(&mut vectors[position], span.offset, &cells);
                }
            }
        }
        let vector = |(cells, index): (Vec<i64>, &usize)| Vector {
            cells: Cells::Integers(cells.into()),
            blinding: self.blindings[*index],
        };
        vectors.into_iter().zip(indices).map(vector).collect()
    }
}
