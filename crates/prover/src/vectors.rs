//! The vectors that a proof commits to, in the order of their commitments.

use crate::commitment::{Cells, Vector, commit};
use crate::key::{ProvingKey, write};
use crate::random::{scalar, scalars};
use crate::witness::Witness;
use rand_core::CryptoRng;
use std::ops::Range;
use zklens_commitment::Setup;
use zklens_field::{Point, Scalar};
use zklens_layers::gadgets::Column;
use zklens_layers::layout::Layout;
use zklens_verifier::InputOpening;

/// The vectors of the key, of the pixels, of the witness, and once they are known of the helpers.
pub(crate) struct Vectors(Vec<Vector>);

impl Vectors {
    /// All vectors but the helpers'. Each gets a random blinding; the mask vector begins with random cells.
    pub(crate) fn new(
        key: &ProvingKey,
        layout: &Layout,
        witness: &Witness,
        rng: &mut dyn CryptoRng,
    ) -> Self {
        let mut vectors = key.vectors().to_vec();
        let cells = written(layout, witness);
        vectors.extend(cells.into_iter().map(|cells| Vector {
            cells: Cells::Integers(cells),
            blinding: scalar(rng),
        }));
        let mask = &mut vectors[layout.vectors.mask];
        mask.cells = Cells::Scalars(with_randomness(layout, &mask.cells, rng));
        Self(vectors)
    }

    /// Appends the helpers' vectors.
    pub(crate) fn extend(&mut self, helpers: Vec<Vector>) {
        self.0.extend(helpers);
    }

    /// All vectors.
    pub(crate) fn all(&self) -> &[Vector] {
        &self.0
    }

    /// Commitments to a range of vectors.
    pub(crate) fn commit(
        &self,
        setup: &Setup,
        layout: &Layout,
        range: &Range<usize>,
    ) -> Vec<Point> {
        commit(setup, layout.columns, &self.0[range.clone()])
    }

    /// The cells of the mask vector.
    pub(crate) fn mask(&self, layout: &Layout) -> &[Scalar] {
        match &self.0[layout.vectors.mask].cells {
            Cells::Scalars(cells) => cells,
            Cells::Integers(_) | Cells::Sums { .. } => &[],
        }
    }

    /// The opening of the commitments to the pixels.
    pub(crate) fn opening(&self, layout: &Layout) -> InputOpening {
        let pixels = &self.0[layout.vectors.pixels.clone()];
        InputOpening {
            blindings: pixels.iter().map(|vector| vector.blinding).collect(),
        }
    }
}

/// The cells of all vectors of pixels and witness.
fn written(layout: &Layout, witness: &Witness) -> Vec<Vec<i64>> {
    let first = layout.vectors.pixels.start;
    let mut vectors: Vec<Vec<i64>> = vec![Vec::new(); layout.vectors.witness.end - first];
    for (table_layout, columns) in layout.tables.iter().zip(&witness.tables) {
        let kinds = table_layout.rules.columns.iter();
        for ((place, column), kind) in table_layout.placements.iter().zip(columns).zip(kinds) {
            // The key's arrays are committed with the key, the bytes of numbers as columns of their own table.
            let Some(place) = place.as_ref().filter(|_| is_written(*kind)) else {
                continue;
            };
            for span in place.spans() {
                let vector = &mut vectors[span.vector - first];
                write(vector, span.offset, &column[span.cells]);
            }
        }
    }
    vectors
}

/// Whether a column's own cells are committed.
const fn is_written(kind: Column) -> bool {
    match kind {
        Column::Byte | Column::Integer => true,
        Column::Number { .. } | Column::Helper | Column::Fixed { .. } => false,
    }
}

/// The mask vector: random cells, then the cells of columns that share the vector.
fn with_randomness(layout: &Layout, cells: &Cells, rng: &mut dyn CryptoRng) -> Vec<Scalar> {
    let mut vector = scalars(layout.vectors.random, rng);
    if let Cells::Integers(cells) = cells {
        let others = cells.iter().skip(vector.len());
        vector.extend(others.map(|cell| Scalar::from(*cell)));
    }
    vector
}
