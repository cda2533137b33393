//! Layouts: where every value of a proof lies, for a number of images.
//!
//! The tables of a circuit have columns. Their cells are placed in *committed vectors* of one length, in four ranges
//! ([`Vectors`]): the key's weights, the pixels, the witness, and the helpers of lookups. The witness has two kinds of vectors:
//! those of bytes, then the mask vector with all plain columns. A layout also gives each column a
//! random cell that blinds its evaluation.

pub mod array;
mod byte_vectors;
pub mod packer;
pub mod work;

use crate::circuit::{Circuit, Table};
use crate::dims::{AXES, MAX_IMAGES, bits, num_vars, volume, wide};
use crate::error::LayerError;
use crate::gadgets::lookup::Helper;
use crate::gadgets::{Column, Rules};
use alloc::vec::Vec;
use array::Array;
use byte_vectors::Chunks;
use core::ops::Range;
use packer::Packer;
use zklens_commitment::{AxisVector, VectorLength};
use zklens_sumcheck::MaskShape;

/// Degree of the sumcheck's round polynomials: of `eq`, a helper and two denominators.
pub const DEGREE: usize = 4;

/// The most cells of all columns of a proof, with the rows that fill the hypercube. Committed cells are fewer than 2^30,
/// because there are at most [`MOST_VECTORS`](packer::MOST_VECTORS) vectors of fewer than 2^14 cells.
pub const MAX_CELLS: u64 = 1 << 32;

/// A circuit laid out for a batch of images.
#[derive(Clone, Debug)]
pub struct Layout {
    /// Number of images.
    pub images: usize,
    /// Number of cells of each committed vector.
    pub columns: VectorLength,
    /// Number of variables of the sumcheck, those of the largest table.
    pub num_vars: usize,
    /// Cells of all columns, as [`MAX_CELLS`] limits them: with the rows that fill the hypercube, without `Range`.
    pub cells: u64,
    /// The layout of each table, in the order of the circuit.
    pub tables: Vec<TableLayout>,
    /// The key's arrays, placed.
    pub arrays: Vec<Array>,
    /// The ranges of committed vectors.
    pub vectors: Vectors,
}

/// Ranges of committed vectors, as indices into the list of all commitments.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Vectors {
    /// The network's weights: part of the key.
    pub weights: Range<usize>,
    /// The pixels of all images: part of the statement.
    pub pixels: Range<usize>,
    /// The witness: vectors of the bytes of numbers, then the mask vector, then vectors of other columns.
    pub witness: Range<usize>,
    /// Index of the mask vector, which begins with random cells.
    pub mask: usize,
    /// Number of random cells in the mask vector.
    pub random: usize,
    /// Helpers of lookups.
    pub helpers: Range<usize>,
}

/// The layout of a table.
#[derive(Clone, Debug)]
pub struct TableLayout {
    /// Sides: images, channels, height, width.
    pub dims: [usize; AXES],
    /// The rules of its gadget. Those of the range check have a column for each chunk.
    pub rules: Rules,
    /// The helpers. Their columns follow those of the rules.
    pub helpers: Vec<Helper>,
    /// The placement of each column; `None` for a column that is not committed. An array of numbers has its bytes as first
    /// axis.
    pub placements: Vec<Option<Array>>,
    /// For each column, the index of the random cell of the mask vector that blinds its evaluation.
    pub blinds: Vec<usize>,
}

impl TableLayout {
    /// The kinds of all columns, those of helpers included.
    #[must_use]
    pub fn columns(&self) -> Vec<Column> {
        let mut columns = self.rules.columns.clone();
        columns.extend(self.helpers.iter().map(|_| Column::Helper));
        columns
    }

    /// For each axis, the number of bits of its index.
    #[must_use]
    pub fn bits(&self) -> [usize; AXES] {
        bits(self.dims)
    }

    /// The number of variables, the blinding variable included.
    #[must_use]
    pub fn num_vars(&self) -> usize {
        num_vars(self.dims)
    }

    /// `eq` of a point along each axis, for the real rows.
    ///
    /// The point has a coordinate for each variable of the sumcheck but the blinding variable. Its last coordinates are those
    /// of this table.
    #[must_use]
    pub fn eq_axes(&self, point: &[zklens_field::Scalar]) -> [AxisVector; AXES] {
        let mut rest = point;
        let bits = self.bits();
        let mut points = bits.into_iter().rev().map(|bits| {
            let (before, axis) = rest.split_at(rest.len().saturating_sub(bits));
            rest = before;
            axis.to_vec()
        });
        let mut axes = self.dims;
        axes.reverse();
        let mut weights = axes.map(|len| AxisVector::Eq {
            point: points.next().unwrap_or_default(),
            len,
        });
        weights.reverse();
        weights
    }
}

impl Layout {
    /// Lays out `circuit` for `images` images, in vectors of `columns` cells.
    ///
    /// # Errors
    ///
    /// * [`LayerError::NoImages`] for zero images;
    /// * [`LayerError::TooLarge`] for more than [`MAX_IMAGES`] images or [`MAX_CELLS`] cells;
    /// * [`LayerError::TooManyVectors`] for more than [`MOST_VECTORS`](packer::MOST_VECTORS) vectors;
    /// * [`LayerError::TooMuchWork`] for more than [`MOST_WORK`](work::MOST_WORK), if all images have the same label;
    /// * [`LayerError::MaskTooLong`] if the random cells do not fit into one vector. Their number grows with the logarithm of
    ///   the number of images.
    pub fn new(
        circuit: &Circuit,
        columns: VectorLength,
        images: usize,
    ) -> Result<Self, LayerError> {
        let (mut tables, cells) = unplaced(circuit, columns, images)?;
        work::check(circuit, columns, images, 1)?;
        let mut weights = Packer::new(columns.count(), 0);
        let arrays = weights.place(&circuit.arrays)?;
        place_fixed(&mut tables, &arrays);
        let pixels_from = weights.vectors();
        let mut pixels = Packer::new(columns.count(), pixels_from);
        place_pixels(&mut tables, &mut pixels)?;
        let witness_from = pixels_from.saturating_add(pixels.vectors());
        let mask = place_numbers(&mut tables, circuit.range_table(), columns, witness_from)?;
        let num_vars = tables.iter().map(TableLayout::num_vars).max().unwrap_or(1);
        let random = place_blinds(&mut tables, columns, num_vars)?;
        let mut others = Packer::new(columns.count(), mask).after(random);
        place_columns(&mut tables, &mut others, |column| column == Column::Integer)?;
        let helpers_from = mask.saturating_add(others.vectors());
        let mut helpers = Packer::new(columns.count(), helpers_from);
        place_columns(&mut tables, &mut helpers, |column| column == Column::Helper)?;
        Ok(Self {
            images,
            columns,
            num_vars,
            cells,
            tables,
            arrays,
            vectors: Vectors {
                weights: 0..pixels_from,
                pixels: pixels_from..witness_from,
                witness: witness_from..helpers_from,
                mask,
                random,
                helpers: helpers_from..helpers_from.saturating_add(helpers.vectors()),
            },
        })
    }

    /// The shape of the sumcheck's mask. Its coefficients begin in cell [`FREE_CELLS`] of the mask vector.
    #[must_use]
    pub const fn mask_shape(&self) -> MaskShape {
        MaskShape {
            num_vars: self.num_vars,
            degree: DEGREE,
        }
    }

    /// The number of column values that the prover sends.
    #[must_use]
    pub fn num_values(&self) -> usize {
        let columns = self.tables.iter().map(|table| table.placements.len());
        columns.fold(0, usize::saturating_add)
    }
}

/// Cells at the start of the mask vector in which no claim has a coefficient. They hide the opening.
pub const FREE_CELLS: usize = 3;

impl TableLayout {
    fn unplaced(table: &Table, images: usize) -> Self {
        let rules = table.gadget.rules();
        let helpers = Helper::of(&rules);
        let [channels, height, width] = table.sides;
        let images = if table.gadget.is_per_image() {
            images
        } else {
            1
        };
        let columns = rules.columns.len().saturating_add(helpers.len());
        Self {
            dims: [images, channels, height, width],
            rules,
            helpers,
            placements: alloc::vec![None; columns],
            blinds: alloc::vec![0; columns],
        }
    }

    /// The table that checks the range of all numbers. Its columns are the chunks of the vectors of bytes.
    fn of_bytes(dims: [usize; AXES], chunks: Vec<Array>) -> Self {
        let rules = Rules::of_bytes(chunks.len());
        let helpers = Helper::of(&rules);
        let columns = rules.columns.len().saturating_add(helpers.len());
        let mut placements: Vec<Option<Array>> = chunks.into_iter().map(Some).collect();
        placements.resize(columns, None);
        Self {
            dims,
            rules,
            helpers,
            placements,
            blinds: alloc::vec![0; columns],
        }
    }

    /// The sides of the array of bytes of a column of numbers; `None` for a column of another kind.
    fn bytes_dims(&self, column: Column) -> Option<Vec<usize>> {
        let Column::Number { bytes } = column else {
            return None;
        };
        Some(core::iter::once(bytes.into()).chain(self.dims).collect())
    }

    /// The sides of the arrays of bytes of all columns of numbers.
    fn bytes(&self) -> impl Iterator<Item = Vec<usize>> + '_ {
        let columns = self.rules.columns.iter();
        columns.filter_map(|column| self.bytes_dims(*column))
    }
}

/// Places the column of pixels.
fn place_pixels(tables: &mut [TableLayout], packer: &mut Packer) -> Result<(), LayerError> {
    if let Some(table) = tables.first_mut() {
        let placed = packer.place(&[table.dims.to_vec()])?;
        for (place, array) in table.placements.iter_mut().zip(placed) {
            *place = Some(array);
        }
    }
    Ok(())
}

/// Places the bytes of all numbers, and lays out the table that checks them. Returns the index of the vector behind them.
fn place_numbers(
    tables: &mut [TableLayout],
    range: usize,
    columns: VectorLength,
    first_vector: usize,
) -> Result<usize, LayerError> {
    let shapes: Vec<Vec<usize>> = tables.iter().flat_map(TableLayout::bytes).collect();
    let bytes = shapes.iter().map(|dims| volume(dims));
    let bytes = bytes.fold(0, usize::saturating_add);
    let others = tables.iter().map(TableLayout::num_vars).max().unwrap_or(1);
    let chunks = Chunks::new(bytes, others, columns);
    let mut packer = Packer::new(chunks.cells(), first_vector);
    let mut placed = packer.place(&shapes)?.into_iter();
    for table in tables.iter_mut() {
        for (column, place) in table.rules.columns.iter().zip(&mut table.placements) {
            if matches!(column, Column::Number { .. }) {
                *place = placed.next();
            }
        }
    }
    let chunks_of_vectors = chunks.arrays(first_vector, packer.vectors(), packer.used_of_last());
    if let Some(table) = tables.get_mut(range) {
        *table = TableLayout::of_bytes(chunks.dims(), chunks_of_vectors);
    }
    Ok(first_vector.saturating_add(packer.vectors()))
}

/// Places every column of a kind that has no place yet.
fn place_columns(
    tables: &mut [TableLayout],
    packer: &mut Packer,
    kind: fn(Column) -> bool,
) -> Result<(), LayerError> {
    let mut shapes = Vec::new();
    let mut slots = Vec::new();
    for table in tables {
        let (columns, dims) = (table.columns(), table.dims);
        for (column, place) in columns.into_iter().zip(&mut table.placements) {
            if kind(column) && place.is_none() {
                shapes.push(dims.to_vec());
                slots.push(place);
            }
        }
    }
    for (slot, array) in slots.into_iter().zip(packer.place(&shapes)?) {
        *slot = Some(array);
    }
    Ok(())
}

/// Gives each column a random cell, behind the mask's coefficients. Returns the number of random cells.
fn place_blinds(
    tables: &mut [TableLayout],
    columns: VectorLength,
    num_vars: usize,
) -> Result<usize, LayerError> {
    let mask = num_vars.saturating_mul(DEGREE);
    let mut next = FREE_CELLS.saturating_add(mask);
    for blind in tables.iter_mut().flat_map(|table| &mut table.blinds) {
        *blind = next;
        next = next.saturating_add(1);
    }
    if next > columns.count() {
        return Err(LayerError::MaskTooLong {
            needed: next,
            columns: columns.count(),
        });
    }
    Ok(next)
}

/// Places columns that are arrays of the key.
fn place_fixed(tables: &mut [TableLayout], arrays: &[Array]) {
    for table in tables {
        let columns = table.columns();
        for (column, place) in columns.into_iter().zip(&mut table.placements) {
            if let Column::Fixed { array } = column {
                *place = arrays.get(array).cloned();
            }
        }
    }
}

/// The tables before any column is placed. Refuses more columns than the random cells of a vector can blind, and more cells
/// than a proof may have. Also returns the number of cells.
fn unplaced(
    circuit: &Circuit,
    columns: VectorLength,
    images: usize,
) -> Result<(Vec<TableLayout>, u64), LayerError> {
    if images == 0 {
        return Err(LayerError::NoImages);
    }
    let mut tables = Vec::with_capacity(circuit.tables.len());
    let (mut cells, mut blinds) = (0_u64, 0_usize);
    for table in &circuit.tables {
        let table_layout = TableLayout::unplaced(table, images);
        let rows = u32::try_from(table_layout.num_vars()).ok();
        let rows = rows.and_then(|vars| 1_u64.checked_shl(vars));
        let own = rows.and_then(|rows| rows.checked_mul(wide(width(&table_layout))));
        cells = cells.saturating_add(own.unwrap_or(u64::MAX));
        blinds = blinds.saturating_add(table_layout.placements.len());
        if blinds > columns.count() {
            return Err(LayerError::MaskTooLong {
                needed: blinds,
                columns: columns.count(),
            });
        }
        tables.push(table_layout);
    }
    match cells > MAX_CELLS || images > MAX_IMAGES {
        true => Err(LayerError::TooLarge {
            images,
            cells,
            limit: MAX_CELLS,
        }),
        false => Ok((tables, cells)),
    }
}

/// The number of cells of a row: one for each column, the bytes for a column of numbers, and one for the wires.
fn width(table_layout: &TableLayout) -> usize {
    let cells = table_layout
        .columns()
        .into_iter()
        .map(|column| match column {
            Column::Number { bytes } => usize::from(bytes),
            Column::Byte | Column::Integer | Column::Helper | Column::Fixed { .. } => 1,
        });
    cells.fold(1, usize::saturating_add)
}
