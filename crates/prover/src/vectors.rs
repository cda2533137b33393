//! The vectors that a proof commits to, in the order of their commitments.

use crate::commitment::{ByteSums, Cells, Vector, commit, commit_bytes};
use crate::integers::{Bytes, Integers};
use crate::key::{ProvingKey, write};
use crate::random::{scalar, scalars};
use crate::witness::Witness;
use rand_core::CryptoRng;
use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;
use zklens_commitment::Setup;
use zklens_field::{Point, Scalar};
use zklens_layers::gadgets::Column;
use zklens_layers::layout::array::Placement;
use zklens_layers::layout::{Layout, TableLayout};
use zklens_verifier::InputOpening;

/// The vectors of the key, of the pixels, of the witness, and once they are known of the helpers.
pub(crate) struct Vectors {
    vectors: Vec<Vector>,
    /// The vectors of bytes, if the helpers of their table are functions of whole vectors.
    bytes: Range<usize>,
    sums: SumsOfVectors,
}

/// The sums of vectors of bytes, by [`Bytes::start`].
pub(crate) type SumsOfVectors = HashMap<(usize, usize), ByteSums>;

impl Vectors {
    /// All vectors but the helpers'. Each gets a random blinding; the mask vector begins with random cells.
    pub(crate) fn new(
        key: &ProvingKey,
        layout: &Layout,
        witness: &Witness,
        range: usize,
        rng: &mut dyn CryptoRng,
    ) -> Self {
        let mut vectors = key.vectors(layout);
        let cells = written(layout, witness, range);
        vectors.extend(cells.into_iter().map(|cells| Vector {
            cells: Cells::Integers(cells),
            blinding: scalar(rng),
        }));
        let mask = &mut vectors[layout.vectors.mask];
        mask.cells = Cells::Scalars(with_randomness(layout, &mask.cells, rng));
        let bytes = layout.vectors.witness.start..layout.vectors.mask;
        Self {
            vectors,
            bytes: if has_whole_vectors(&layout.tables[range]) {
                bytes
            } else {
                0..0
            },
            sums: HashMap::new(),
        }
    }

    /// Appends the helpers' vectors.
    pub(crate) fn extend(&mut self, helpers: Vec<Vector>) {
        self.vectors.extend(helpers);
    }

    /// All vectors.
    pub(crate) fn all(&self) -> &[Vector] {
        &self.vectors
    }

    /// Commitments to a range of vectors.
    pub(crate) fn commit(
        &mut self,
        setup: &Setup,
        layout: &Layout,
        range: &Range<usize>,
    ) -> Vec<Point> {
        let vectors = &self.vectors[range.clone()];
        let of_bytes = self.bytes.start <= range.start && range.end <= self.bytes.end;
        let of_bytes = of_bytes.then(|| vectors.iter().map(vector_of_bytes).collect());
        let Some(Some::<Vec<_>>(of_bytes)) = of_bytes else {
            return commit(setup, layout.columns, vectors);
        };
        let (points, sums): (Vec<_>, Vec<_>) = commit_bytes(setup, layout.columns, &of_bytes)
            .into_iter()
            .unzip();
        let starts = of_bytes.iter().map(|(bytes, _)| bytes.start());
        self.sums.extend(starts.zip(sums));
        points
    }

    /// The sums of vectors of bytes, which are kept until the helpers are committed to.
    pub(crate) fn take_sums(&mut self) -> SumsOfVectors {
        std::mem::take(&mut self.sums)
    }

    /// The cells of the mask vector.
    pub(crate) fn mask(&self, layout: &Layout) -> &[Scalar] {
        match &self.vectors[layout.vectors.mask].cells {
            Cells::Scalars(cells) => cells,
            Cells::Integers(_) | Cells::OfBytes(_) | Cells::Sums { .. } => &[],
        }
    }

    /// The opening of the commitments to the pixels.
    pub(crate) fn opening(&self, layout: &Layout) -> InputOpening {
        let pixels = &self.vectors[layout.vectors.pixels.clone()];
        InputOpening {
            blindings: pixels.iter().map(|vector| vector.blinding).collect(),
        }
    }
}

/// The bytes of a vector and its blinding, if its cells are bytes.
fn vector_of_bytes(vector: &Vector) -> Option<(&Bytes, Scalar)> {
    match &vector.cells {
        Cells::Integers(cells) => cells.bytes().map(|bytes| (bytes, vector.blinding)),
        Cells::Scalars(_) | Cells::OfBytes(_) | Cells::Sums { .. } => None,
    }
}

/// Whether the columns of a table are whole vectors.
fn has_whole_vectors(table_layout: &TableLayout) -> bool {
    let first = table_layout.placements.first().and_then(Option::as_ref);
    first.is_some_and(|place| matches!(place.place(), Placement::Cut { .. }))
}

/// The cells of all vectors of pixels and witness. `range` is the table that checks bytes.
fn written(layout: &Layout, witness: &Witness, range: usize) -> Vec<Integers> {
    let first = layout.vectors.pixels.start;
    let mut vectors: Vec<Vec<i64>> = vec![Vec::new(); layout.vectors.witness.end - first];
    let bytes = vectors_of_bytes(layout, range, witness);
    for (table, (table_layout, columns)) in layout.tables.iter().zip(&witness.tables).enumerate() {
        if table == range && bytes.is_some() {
            continue;
        }
        let kinds = table_layout.rules.columns.iter();
        for ((place, column), kind) in table_layout.placements.iter().zip(columns).zip(kinds) {
            // The key's arrays are committed with the key, the bytes of numbers as columns of their own table.
            let Some(place) = place.as_ref().filter(|_| is_written(*kind)) else {
                continue;
            };
            for span in place.spans() {
                let vector = &mut vectors[span.vector - first];
                write(vector, span.offset, &column.slice(span.cells));
            }
        }
    }
    let mut vectors: Vec<Integers> = vectors.into_iter().map(Integers::from).collect();
    for (vector, bytes) in vectors[layout.vectors.witness.start - first..]
        .iter_mut()
        .zip(bytes.into_iter().flatten())
    {
        *vector = Integers::Bytes(bytes);
    }
    vectors
}

/// The vectors of bytes, as parts of the list that the columns of the table `range` are parts of. `None` if a cell is not
/// a byte, as a malicious prover's may be.
fn vectors_of_bytes(layout: &Layout, range: usize, witness: &Witness) -> Option<Vec<Bytes>> {
    let first = layout.vectors.witness.start;
    let mut parts = vec![None::<Range<usize>>; layout.vectors.mask - first];
    let mut list: Option<&Arc<[u8]>> = None;
    let places = layout.tables[range].placements.iter().flatten();
    for (column, place) in witness.tables[range].iter().zip(places) {
        let (bytes, part) = column.bytes()?.place();
        if !Arc::ptr_eq(list.get_or_insert(bytes), bytes) {
            return None;
        }
        for span in place.spans() {
            let known = &mut parts[span.vector - first];
            let start = part.start + span.cells.start - span.offset;
            let end = part.start + span.cells.end;
            let end = known.as_ref().map_or(end, |known| known.end.max(end));
            *known = Some(start..end);
        }
    }
    let list = list?;
    parts
        .into_iter()
        .map(|part| part.map(|part| Bytes::part(list, part)))
        .collect()
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
        vector.extend(cells.scalars().skip(layout.vectors.random));
    }
    vector
}
