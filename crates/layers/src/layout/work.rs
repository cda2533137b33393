//! The work of a verifier, counted before any of it is done.
//!
//! The unit is about one multiplication, and the count is never too low. The axis vector `eq` of a point costs the same for
//! every length of its axis. An axis vector that has to be written down costs its length: those under a window, of some
//! channels among several, and of the images with one label. Counts have 64 bits, so that a 32-bit machine refuses the same
//! proofs.

use super::packer::cut_vectors;
use crate::circuit::{Circuit, LinearOp, Operand, Path, Step, Table};
use crate::dims::{Sides, wide};
use crate::error::LayerError;
use zklens_commitment::VectorLength;
use zklens_model::Window;

/// The most work of all wires.
pub const MOST_WORK: u64 = 1 << 24;

/// The work of a path, without its steps and weights.
const PATH: u64 = 1 << 8;

/// The work of a term of a claim.
const TERM: u64 = 1 << 7;

/// The work of a vector in a term.
const VECTOR: u64 = 1 << 3;

/// The work of a value that is written down: it is made, copied and used.
const LISTED: u64 = 1 << 2;

/// Checks the work of all wires of a proof about `images` images with `labels` different labels.
///
/// # Errors
///
/// [`LayerError::TooMuchWork`] if it is more than [`MOST_WORK`].
pub fn check(
    circuit: &Circuit,
    columns: VectorLength,
    images: usize,
    labels: usize,
) -> Result<(), LayerError> {
    let work = work(circuit, columns, images, labels);
    match work > MOST_WORK {
        true => Err(LayerError::TooMuchWork {
            images,
            labels,
            work,
            limit: MOST_WORK,
        }),
        false => Ok(()),
    }
}

/// The work of all wires of a proof about `images` images with `labels` different labels.
#[must_use]
pub fn work(circuit: &Circuit, columns: VectorLength, images: usize, labels: usize) -> u64 {
    let tables = circuit.tables.iter().enumerate();
    let works = tables.filter_map(|(index, table)| {
        let operand = table.operand.as_ref()?;
        let paths = paths(circuit, columns, table, operand);
        Some(match index == circuit.label_table() {
            true => of_label(operand, paths, images, labels),
            false => paths,
        })
    });
    works.fold(0, u64::saturating_add)
}

/// The work of the label's wires. Each different label has a covector of its own, written down over its images.
fn of_label(operand: &Operand, paths: u64, images: usize, labels: usize) -> u64 {
    let of_images = listed(&[images]).saturating_mul(wide(operand.paths.len()).saturating_add(1));
    let of_one = paths.saturating_add(of_images);
    let all = of_one.saturating_mul(wide(labels)).saturating_add(paths);
    let classes = operand.sides.iter();
    let classes = classes.fold(1, |classes, side| wide(*side).saturating_mul(classes));
    all.saturating_add(classes.saturating_mul(LISTED))
}

/// The work of all paths of a table, for one covector on its operand.
fn paths(circuit: &Circuit, columns: VectorLength, table: &Table, operand: &Operand) -> u64 {
    let window = table.gadget.window();
    let [_, height, width] = operand.sides;
    let spread = window.map_or(0, |window| {
        taps(window, [height, width]).saturating_add(listed(&[height, width]))
    });
    let paths = operand.paths.iter();
    let works = paths.map(|path| {
        let axes = Axes {
            channels: path.steps.iter().any(Step::is_channels),
            cells: window.is_some() || path.steps.iter().any(Step::is_average),
        };
        axes.path(circuit, columns, path, operand.sides)
    });
    works.fold(spread, u64::saturating_add)
}

/// The axes whose vectors are written down, for the covectors on a path. Images belong to them for the label alone.
#[derive(Clone, Copy)]
struct Axes {
    channels: bool,
    /// Height and width.
    cells: bool,
}

impl Axes {
    fn path(self, circuit: &Circuit, columns: VectorLength, path: &Path, mut sides: Sides) -> u64 {
        let mut work = PATH;
        if self.cells {
            let [_, height, width] = sides;
            work = work.saturating_add(listed(&[height, width]));
        }
        for step in &path.steps {
            let [channels, height, width] = sides;
            let own = match step {
                Step::Scale(_) => 0,
                Step::Channels { count, .. } => {
                    sides = [*count, height, width];
                    listed(&[*count, *count])
                }
                Step::Average { window, from, .. } => {
                    sides = [channels, from[0], from[1]];
                    taps(window, *from).saturating_add(listed(from))
                }
            };
            work = work.saturating_add(own);
        }
        let Some(weighted) = &path.weights else {
            return work;
        };
        let source = circuit.tables.get(path.source);
        let source = source.map(|table| table.sides).unwrap_or_default();
        let array = |index: usize| circuit.arrays.get(index).map(alloc::vec::Vec::as_slice);
        let weights = array(weighted.array).unwrap_or_default();
        let bias = array(weighted.array.saturating_add(1)).unwrap_or_default();
        let own = match &weighted.map {
            LinearOp::Dense => terms(weights, [self.channels, false, false, false], columns),
            LinearOp::Conv2d { window, groups } => {
                let [channels, height, width] = source;
                let [_, rows, cells] = sides;
                let taps = taps(window, [height, width]);
                let kernels = listed(&[height, width, rows, cells]).saturating_add(taps);
                let own = match groups {
                    1 => terms(weights, [self.channels, false, true, true], columns),
                    _ => terms(weights, [true; 4], columns)
                        .saturating_add(listed(bias))
                        .saturating_add(listed(&[channels])),
                };
                own.saturating_add(kernels)
            }
        };
        let bias = terms(bias, [self.channels, false, false, false], columns);
        work.saturating_add(own).saturating_add(bias)
    }
}

/// Every tap of a window at every position, along each axis.
fn taps(window: &Window, [height, width]: [usize; 2]) -> u64 {
    let rows = wide(window.height.kernel).saturating_mul(wide(height));
    let columns = wide(window.width.kernel).saturating_mul(wide(width));
    rows.saturating_add(columns)
}

fn listed(sides: &[usize]) -> u64 {
    let sides = sides.iter().map(|side| wide(*side));
    sides.fold(0, u64::saturating_add).saturating_mul(LISTED)
}

/// The work of an array's terms, given which axis vectors are written down. An array cut along such an axis has a term for
/// each run; any other cut array has two, for full and for shorter runs.
fn terms(dims: &[usize], lists: [bool; 4], columns: VectorLength) -> u64 {
    let inside = |first: usize| {
        let axes = dims.iter().zip(lists).skip(first);
        let lists = axes.filter(|(_, is_listed)| *is_listed);
        let lists = lists.map(|(side, _)| listed(&[*side]));
        lists.fold(TERM, u64::saturating_add)
    };
    let Some(cut) = cut_vectors(dims, columns.count()) else {
        return inside(0);
    };
    let along = lists.get(cut.axis).copied().unwrap_or_default();
    let terms = if along { cut.runs } else { 2 };
    let inner = inside(cut.axis.saturating_add(1)).saturating_mul(terms);
    let ends = cut.axis.saturating_add(usize::from(along));
    let outside = listed(dims.get(..ends).unwrap_or_default());
    let rows = cut.vectors.saturating_mul(VECTOR);
    inner.saturating_add(outside).saturating_add(rows)
}
