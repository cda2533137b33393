//! Checks a circuit that comes from a file.
//!
//! What soundness stands on is checked here, not only what keeps the verifier from harm: a circuit that
//! passes gives every image at most one label, whatever arrays its owner has committed to. So each
//! special table is where and what it has to be, and the sides of tables, wires and arrays fit each
//! other as those of a compiled circuit do. Which network it is, only its model id says.

use crate::circuit::{
    Circuit, LinearOp, MOST_ARRAYS, MOST_PATHS, MOST_SIDES, MOST_STEPS, MOST_TABLES, Operand, Path,
    Sides, Step, Table,
};
use crate::compile::MOST_TAPS;
use crate::error::LayerError;
use crate::gadget::Gadget;
use crate::packer::wide;
use alloc::vec::Vec;
use zklens_model::{GraphBuilder, Rescale, Shape, Window};

/// The most cells an array may have: as many as a model's file has bytes.
pub(crate) const MOST_ARRAY_CELLS: u64 = 1 << 28;

/// The most bytes a number may have.
const MOST_BYTES: u8 = 8;

/// The bytes there are.
const BYTES: usize = 1 << 8;

/// The most entries a table of values may have, with the one for padding.
const MOST_ENTRIES: usize = (1 << 16) + 1;

impl Circuit {
    /// Checks that tables, wires and arrays fit each other.
    ///
    /// # Errors
    ///
    /// They do not, or there are too many of them; the error names the first table or array that is wrong.
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

    /// Whether a table is what belongs in its place, with sane numbers, and with an operand of its sides
    /// if it takes one.
    fn is_in_place(&self, index: usize, table: &Table) -> bool {
        let (label, range, bytes) = (self.label_table(), self.range_table(), self.bytes_table());
        let inside = 0 < index && index < label;
        let [channels, height, width] = table.sides;
        let is_shape = Shape::new(channels, height, width).is_some();
        let few = |counts: &[u8]| counts.iter().all(|count| *count <= MOST_BYTES);
        let right = match &table.gadget {
            Gadget::Pixels => index == 0 && table.operand.is_none(),
            Gadget::Range => index == range && table.operand.is_none() && table.sides == [1, 1, 1],
            Gadget::Bytes => {
                index == bytes && table.operand.is_none() && table.sides == [1, 1, BYTES]
            }
            Gadget::Entries(entries) => {
                let array = self.arrays.get(entries.array).map(Vec::as_slice);
                let is_array = array == Some(&[1, 1, 1, width]);
                let flat = channels == 1 && height == 1;
                let some = (2..=MOST_ENTRIES).contains(&width);
                inside && table.operand.is_none() && is_array && flat && some
            }
            Gadget::Label { bytes } => index == label && few(&[*bytes]) && takes(table, None),
            Gadget::Copy => inside && takes(table, None),
            Gadget::Clip(clip) => {
                let counts = [clip.below_bytes, clip.above_bytes];
                inside && few(&counts) && clip.lo <= clip.hi && takes(table, None)
            }
            Gadget::Lookup(lookup) => {
                let entries = self.tables.get(lookup.entries);
                let entries = entries.map(|table| &table.gadget);
                let exists = matches!(entries, Some(Gadget::Entries(_)));
                inside && exists && lookup.entries < index && takes(table, None)
            }
            Gadget::Activation(gadget) => {
                let window = gadget.window.as_ref();
                let shift = gadget.shift == 0 || Rescale::SHIFTS.contains(&gadget.shift.into());
                let small = window.is_none_or(|window| window.area() <= MOST_TAPS);
                let counts = few(&[gadget.gap_bytes, gadget.magnitude_bytes]);
                let offset = gadget.offset >= 0 && !(gadget.relu && gadget.offset != 0);
                inside && shift && small && counts && offset && takes(table, window)
            }
        };
        // A number that a machine of 32 bits reads as well.
        let is_node = table.node <= GraphBuilder::MAX_NODES;
        is_shape && is_node && right
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

/// Whether a table has an operand, of its own sides or of those that a window makes them from.
fn takes(table: &Table, window: Option<&Window>) -> bool {
    let Some(operand) = &table.operand else {
        return false;
    };
    let [channels, height, width] = operand.sides;
    let is_shape = Shape::new(channels, height, width).is_some();
    let expected = match window {
        Some(window) => output(window, channels, [height, width]),
        None => Some(operand.sides),
    };
    is_shape && expected == Some(table.sides)
}

fn output(window: &Window, channels: usize, [height, width]: [usize; 2]) -> Option<Sides> {
    let shape = window.output(Shape::new(channels, height, width)?, channels)?;
    Some([shape.channels(), shape.height(), shape.width()])
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
