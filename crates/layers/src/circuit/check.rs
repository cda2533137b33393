//! Checks a circuit that comes from a file.
//!
//! Soundness rests on these checks. A circuit that passes gives every image at most one label, whatever weights its
//! owner has committed to. So each special table stands in its place, and the sides of tables, wires and arrays fit each
//! other, as in a compiled circuit. The checks do not tell which network the circuit belongs to: the model id does.

use super::{
    Circuit, LinearOp, MOST_ARRAYS, MOST_PATHS, MOST_STEPS, MOST_TABLES, Operand, Path, Step, Table,
};
use crate::dims::{MOST_ARRAY_CELLS, MOST_SIDES, Sides, wide};
use crate::error::LayerError;
use crate::gadgets::{Gadget, Place, Site, output};
use alloc::vec::Vec;
use zklens_model::{GraphBuilder, Shape, Window};

impl Circuit {
    /// Checks that tables, wires and arrays fit each other.
    ///
    /// # Errors
    ///
    /// [`LayerError::TooMany`], [`LayerError::Array`] or [`LayerError::Malformed`], for the first list, array or table that
    /// is wrong.
    pub fn check(&self) -> Result<(), LayerError> {
        self.check_counts()?;
        for (index, dims) in self.arrays.iter().enumerate() {
            check_array(index, dims)?;
        }
        for (index, table) in self.tables.iter().enumerate() {
            let malformed = LayerError::Malformed { table: index };
            if !self.is_in_place(index, table) {
                return Err(malformed);
            }
            if let Some(operand) = &table.operand {
                self.wires(index, operand).ok_or(malformed)?;
            }
        }
        Ok(())
    }

    fn check_counts(&self) -> Result<(), LayerError> {
        let (tables, arrays) = (self.tables.len(), self.arrays.len());
        let counts = [
            ("tables", tables, MOST_TABLES),
            ("arrays", arrays, MOST_ARRAYS),
        ];
        for (what, got, limit) in counts {
            if got > limit {
                return Err(LayerError::TooMany { what, got, limit });
            }
        }
        match tables {
            0..4 => Err(LayerError::Malformed { table: tables }),
            _ => Ok(()),
        }
    }

    /// Whether a table has a gadget that belongs in its place, with sane parameters, with an operand of its sides if it
    /// takes one, and with a table of entries before it if it queries one.
    fn is_in_place(&self, index: usize, table: &Table) -> bool {
        let [channels, height, width] = table.sides;
        let is_shape = Shape::new(channels, height, width).is_some();
        // A number that a machine of 32 bits reads as well.
        let is_node = table.node <= GraphBuilder::MAX_NODES;
        let has_entries = table.gadget.entries().is_none_or(|entries| {
            let entries = self.tables.iter().take(index).nth(entries);
            entries.is_some_and(|table| matches!(table.gadget, Gadget::Entries(_)))
        });
        let site = Site {
            place: self.place(index),
            sides: table.sides,
            operand: table.operand.as_ref().map(|operand| operand.sides),
            arrays: &self.arrays,
        };
        is_shape && is_node && has_entries && table.gadget.is_well_formed(&site)
    }

    const fn place(&self, index: usize) -> Place {
        if index == 0 {
            Place::First
        } else if index == self.bytes_table() {
            Place::Bytes
        } else if index == self.range_table() {
            Place::Range
        } else if index == self.label_table() {
            Place::Label
        } else {
            Place::Inside
        }
    }

    /// `None` if a wire of an operand does not fit.
    fn wires(&self, index: usize, operand: &Operand) -> Option<()> {
        if operand.paths.is_empty() || operand.paths.len() > MOST_PATHS {
            return None;
        }
        operand.paths.iter().try_for_each(|path| {
            let source = self
                .tables
                .get(path.source)
                .filter(|_| path.source < index)?;
            let fits = source.gadget.is_per_image() && path.steps.len() <= MOST_STEPS;
            fits.then(|| self.path(path, source.sides, operand.sides))?
        })
    }

    /// `None` if a path does not lead from a tensor of sides `from` to one of sides `to`.
    fn path(&self, path: &Path, from: Sides, to: Sides) -> Option<()> {
        let mut sides = from;
        if let Some(weighted) = &path.weights {
            let array = self.arrays.get(weighted.array)?;
            let bias = self.arrays.get(weighted.array.checked_add(1)?)?;
            let [outputs] = bias.as_slice() else {
                return None;
            };
            let [channels, height, width] = sides;
            let expected = match weighted.map {
                LinearOp::Dense => {
                    sides = [*outputs, 1, 1];
                    Vec::from([*outputs, channels, height, width])
                }
                LinearOp::Conv2d { window, groups } => {
                    sides = output(&window, *outputs, [height, width])?;
                    kernel_dims(&window, groups, *outputs, channels)?
                }
            };
            if *array != expected {
                return None;
            }
        }
        for step in path.steps.iter().rev() {
            let [channels, height, width] = sides;
            sides = match step {
                Step::Scale(_) => sides,
                Step::Channels {
                    start,
                    count,
                    total,
                } => {
                    let fits = *count == channels && start.checked_add(*count)? <= *total;
                    fits.then_some([*total, height, width])?
                }
                Step::Average { window, from, .. } => {
                    let fits = *from == [height, width];
                    fits.then(|| output(window, channels, *from))??
                }
            };
        }
        (sides == to).then_some(())
    }
}

/// Whether an array has sides and cells, and not more of them than those of any layer.
fn check_array(array: usize, dims: &[usize]) -> Result<(), LayerError> {
    let sides = dims.len();
    let cells = dims.iter().map(|side| wide(*side));
    let cells = cells.fold(1, u64::saturating_mul);
    let fits = (1..=MOST_SIDES).contains(&sides) && (1..=MOST_ARRAY_CELLS).contains(&cells);
    let error = LayerError::Array {
        array,
        sides,
        cells,
    };
    fits.then_some(()).ok_or(error)
}

/// The sides of a kernel's array.
fn kernel_dims(
    window: &Window,
    groups: usize,
    outputs: usize,
    channels: usize,
) -> Option<Vec<usize>> {
    let splits = |count: usize| count.checked_rem(groups) == Some(0);
    if !(splits(outputs) && splits(channels)) {
        return None;
    }
    let mut dims = match groups {
        1 => Vec::from([outputs, channels]),
        _ => Vec::from([outputs.checked_mul(channels.checked_div(groups)?)?]),
    };
    dims.extend([window.height.kernel, window.width.kernel]);
    Some(dims)
}
