//! Where arrays lie in committed rows.
//!
//! An array is dense: padding of the hypercube is not committed, so no claim can see a cell there.
//! Small arrays share rows. An array longer than a row is cut along one axis into runs of a power
//! of two, so that the weights of two full runs differ by a factor only and one
//! [`Term`] speaks of all of them.

use crate::error::LayerError;
use alloc::collections::BTreeMap;
use alloc::vec::Vec;
use core::ops::Range;
use zklens_commitment::{Factor, Functional, Term, Weights};
use zklens_field::{Field, Scalar};
use zklens_multilinear::eq_table;

/// The weights of one axis in runs of a power of two.
enum Runs<'a> {
    /// Multiples of one run.
    Scaled {
        factors: Vec<Scalar>,
        low: &'a [Scalar],
    },
    /// Any weights.
    Listed(&'a [Scalar]),
    /// One at this index, zero elsewhere.
    Unit(usize),
}

impl<'a> Runs<'a> {
    fn new(weights: &'a Weights, per_run: usize) -> Self {
        match weights {
            Weights::Eq { point, .. } => {
                let low_bits = usize::try_from(per_run.trailing_zeros()).unwrap_or_default();
                let (high, low) = point.split_at(point.len().saturating_sub(low_bits));
                let factors = eq_table(high);
                Self::Scaled { factors, low }
            }
            Weights::Listed(weights) => Self::Listed(weights),
            Weights::Unit { index, .. } => Self::Unit(*index),
        }
    }

    /// Of runs with one number the weights differ by a factor only; `None` of a run that weighs nothing. `index` counts
    /// the runs of one outer index.
    fn group(&self, index: usize, indices: &Range<usize>, per_run: usize) -> Option<usize> {
        match self {
            Self::Scaled { .. } => Some(usize::from(indices.len() < per_run)),
            Self::Listed(_) => Some(index),
            Self::Unit(one) => indices.contains(one).then_some(0),
        }
    }

    /// A run's factor on the weights of its group.
    fn factor(&self, index: usize) -> Scalar {
        match self {
            Self::Scaled { factors, .. } => factors.get(index).copied().unwrap_or_default(),
            Self::Listed(_) | Self::Unit(_) => Scalar::ONE,
        }
    }

    /// The weights of a group, given one of its runs.
    fn weights(&self, indices: Range<usize>) -> Weights {
        match self {
            Self::Scaled { low, .. } => Weights::Eq {
                point: low.to_vec(),
                len: indices.len(),
            },
            Self::Listed(weights) => {
                Weights::Listed(weights.get(indices).unwrap_or_default().to_vec())
            }
            Self::Unit(one) => Weights::Unit {
                index: one.saturating_sub(indices.start),
                len: indices.len(),
            },
        }
    }
}

/// An array with its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Array {
    dims: Vec<usize>,
    place: Place,
}

/// Where the cells of an array are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// In one row.
    Whole {
        /// The row.
        row: usize,
        /// The column of the first cell.
        offset: usize,
    },
    /// Runs of indices of one axis, each with all that is inside it, at the start of a row.
    Cut {
        /// The first run's row; the others follow.
        first_row: usize,
        /// The axis that is cut.
        axis: usize,
        /// Indices of a run: a power of two.
        per_row: usize,
    },
}

/// A run of an array's cells, in row-major order, and where they lie.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Span {
    /// The row.
    pub row: usize,
    /// The column of the first cell.
    pub offset: usize,
    /// The cells.
    pub cells: Range<usize>,
}

impl Array {
    pub(crate) const fn new(dims: Vec<usize>, place: Place) -> Self {
        Self { dims, place }
    }

    /// Sides, the slowest first.
    #[must_use]
    pub fn dims(&self) -> &[usize] {
        &self.dims
    }

    /// Where it lies.
    #[must_use]
    pub const fn place(&self) -> Place {
        self.place
    }

    /// Cells in all.
    #[must_use]
    pub fn len(&self) -> usize {
        volume(&self.dims)
    }

    /// Whether it has no cell.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Where every cell lies.
    #[must_use]
    pub fn spans(&self) -> Vec<Span> {
        match self.place {
            Place::Whole { row, offset } => Vec::from([Span {
                row,
                offset,
                cells: 0..self.len(),
            }]),
            Place::Cut { axis, .. } => {
                let inside = volume(self.inside(axis));
                let runs = self.runs();
                let span = |run: &Run| Span {
                    row: run.row,
                    offset: 0,
                    cells: run.first.saturating_mul(inside)
                        ..run
                            .first
                            .saturating_add(run.indices.len())
                            .saturating_mul(inside),
                };
                runs.iter().map(span).collect()
            }
        }
    }

    /// `coefficient · Σ cell · Π_axes weight`, with one list of weights per axis.
    #[must_use]
    pub fn terms(&self, weights: &[Weights], coefficient: Scalar) -> Vec<Term> {
        match self.place {
            Place::Whole { row, offset } => Vec::from([Term {
                rows: Vec::from([(row, coefficient)]),
                functional: Functional {
                    offset,
                    factors: self.factors(weights, 0),
                },
            }]),
            Place::Cut { axis, per_row, .. } => {
                self.terms_of_runs(weights, coefficient, axis, per_row)
            }
        }
    }

    /// A factor for every axis from `first` on.
    fn factors(&self, weights: &[Weights], first: usize) -> Vec<Factor> {
        let axes = weights.iter().enumerate().skip(first);
        axes.map(|(axis, weights)| Factor {
            weights: weights.clone(),
            stride: volume(self.inside(axis)),
        })
        .collect()
    }

    /// A term for each group of runs.
    fn terms_of_runs(
        &self,
        weights: &[Weights],
        coefficient: Scalar,
        axis: usize,
        per_row: usize,
    ) -> Vec<Term> {
        let outside = weights.get(..axis).unwrap_or_default().iter();
        let outside: Vec<Vec<Scalar>> = outside.map(Weights::values).collect();
        let outer = products(&outside.iter().collect::<Vec<_>>());
        let Some(along) = weights.get(axis).map(|axis| Runs::new(axis, per_row)) else {
            return Vec::new();
        };
        let inner = self.factors(weights, axis.saturating_add(1));
        let stride = volume(self.inside(axis));
        let mut terms: Vec<Term> = Vec::new();
        let mut groups: BTreeMap<usize, usize> = BTreeMap::new();
        for run in self.runs() {
            let index = run.indices.start.checked_div(per_row).unwrap_or_default();
            let group = along.group(index, &run.indices, per_row);
            let Some((outside, group)) = outer.get(run.outer).zip(group) else {
                continue;
            };
            let row = (run.row, coefficient * outside * along.factor(index));
            let term = *groups.entry(group).or_insert(terms.len());
            if let Some(term) = terms.get_mut(term) {
                term.rows.push(row);
                continue;
            }
            let mut factors = Vec::from([Factor {
                weights: along.weights(run.indices),
                stride,
            }]);
            factors.extend(inner.iter().cloned());
            let functional = Functional { offset: 0, factors };
            let rows = Vec::from([row]);
            terms.push(Term { rows, functional });
        }
        terms
    }

    fn inside(&self, axis: usize) -> &[usize] {
        self.dims.get(axis.saturating_add(1)..).unwrap_or_default()
    }

    /// The runs of an array that is cut, in row-major order.
    fn runs(&self) -> Vec<Run> {
        let Place::Cut {
            first_row,
            axis,
            per_row,
        } = self.place
        else {
            return Vec::new();
        };
        let side = self.dims.get(axis).copied().unwrap_or_default();
        let outside = volume(self.dims.get(..axis).unwrap_or_default());
        let starts = (0..outside)
            .flat_map(|outer| (0..side).step_by(per_row.max(1)).map(move |s| (outer, s)));
        let run = |(index, (outer, start)): (usize, (usize, usize))| Run {
            row: first_row.saturating_add(index),
            outer,
            first: outer.saturating_mul(side).saturating_add(start),
            indices: start..start.saturating_add(per_row).min(side),
        };
        starts.enumerate().map(run).collect()
    }
}

/// A run of indices of the axis that is cut.
#[derive(Clone, Debug)]
struct Run {
    row: usize,
    /// Index over the axes outside, flattened.
    outer: usize,
    /// Its first index, counted over those axes too.
    first: usize,
    indices: Range<usize>,
}

/// Products of one weight per axis, in row-major order of all axes' indices.
#[must_use]
pub fn products(axes: &[&Vec<Scalar>]) -> Vec<Scalar> {
    axes.iter()
        .fold(Vec::from([Scalar::ONE]), |products, axis| {
            let times = |product: Scalar| axis.iter().map(move |weight| product * weight);
            products.into_iter().flat_map(times).collect()
        })
}

/// Cells of an array with these sides.
#[must_use]
pub fn volume(dims: &[usize]) -> usize {
    dims.iter()
        .fold(1, |cells, side| cells.saturating_mul(*side))
}

/// Where an array that is longer than a row of `cells` cells is cut: the outermost axis with an index that fits into a
/// row, and how many of its indices a row takes, a power of two.
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

/// The rows of an array that is longer than one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct CutRows {
    /// The axis that is cut.
    pub(crate) axis: usize,
    /// Runs of that axis, for one index of the axes outside.
    pub(crate) runs: u64,
    /// Rows in all.
    pub(crate) rows: u64,
}

/// How many rows an array takes of its own, without listing them; `None` of one that fits into a row.
pub(crate) fn cut_rows(dims: &[usize], cells: usize) -> Option<CutRows> {
    if volume(dims) <= cells {
        return None;
    }
    let (axis, per_row) = cut(dims, cells);
    let side = dims.get(axis).copied().unwrap_or_default();
    let runs = wide(side.div_ceil(per_row.max(1)));
    let outside = dims.get(..axis).unwrap_or_default().iter();
    let rows = outside.fold(runs, |rows, side| rows.saturating_mul(wide(*side)));
    Some(CutRows { axis, runs, rows })
}

/// In 64 bits, so that a machine of 32 counts the same.
pub(crate) fn wide(count: usize) -> u64 {
    u64::try_from(count).unwrap_or(u64::MAX)
}

/// The most rows of commitments that a proof may have, those of the key and the statement among them.
pub const MOST_ROWS: u64 = 1 << 17;

/// Gives arrays their places in consecutive rows.
#[derive(Clone, Debug)]
pub struct Packer {
    cells: usize,
    first_row: usize,
    /// The cells that are free of each row, from the first on.
    free: Rooms,
}

impl Packer {
    /// Places begin in `first_row`; a row has `cells` cells.
    #[must_use]
    pub const fn new(cells: usize, first_row: usize) -> Self {
        Self {
            cells,
            first_row,
            free: Rooms::new(),
        }
    }

    /// Of the first row, some cells are taken.
    #[must_use]
    pub(crate) fn after(mut self, used: usize) -> Self {
        self.free.push(self.cells.saturating_sub(used));
        self
    }

    /// Cells used of the last row.
    pub(crate) fn used_of_last(&self) -> usize {
        let free = self.free.last();
        free.map_or(0, |free| self.cells.saturating_sub(free))
    }

    /// Rows used so far.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.free.len()
    }

    /// Arrays that may share rows, the largest placed first. What is left of a row of an array that is
    /// cut is for others too.
    ///
    /// # Errors
    ///
    /// They take rows beyond [`MOST_ROWS`]. No row is listed before arrays longer than one are counted.
    pub fn place(&mut self, shapes: &[Vec<usize>]) -> Result<Vec<Array>, LayerError> {
        let cut = shapes.iter().filter_map(|dims| cut_rows(dims, self.cells));
        let cut = cut.fold(0_u64, |sum, cut| sum.saturating_add(cut.rows));
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

    /// Whether there is room for `more` rows.
    fn check(&self, more: u64) -> Result<(), LayerError> {
        let taken = wide(self.first_row.saturating_add(self.rows()));
        let rows = taken.saturating_add(more);
        match rows > MOST_ROWS {
            true => Err(LayerError::TooManyRows {
                rows,
                limit: MOST_ROWS,
            }),
            false => Ok(()),
        }
    }

    /// The first row that has room, or a new one.
    fn place_whole(&mut self, len: usize) -> Place {
        let (index, free) = self.free.first_with(len).unwrap_or_else(|| {
            self.free.push(self.cells);
            (self.rows().saturating_sub(1), self.cells)
        });
        self.free.set(index, free.saturating_sub(len));
        Place::Whole {
            row: self.first_row.saturating_add(index),
            offset: self.cells.saturating_sub(free),
        }
    }

    /// An array longer than a row, cut along the outermost axis with an index that fits.
    fn place_cut(&mut self, dims: &[usize]) -> Place {
        let (axis, per_row) = cut(dims, self.cells);
        let place = Place::Cut {
            first_row: self.first_row.saturating_add(self.rows()),
            axis,
            per_row,
        };
        for span in Array::new(dims.to_vec(), place).spans() {
            self.free.push(self.cells.saturating_sub(span.cells.len()));
        }
        place
    }
}

/// How much is free in rows, and above that a tree of the larger of two: the first row with enough is found in as many
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

    /// Changes a row, or adds one behind the last.
    fn set(&mut self, mut index: usize, mut free: usize) {
        for level in 0_usize.. {
            if self.levels.len() == level {
                self.levels.push(Vec::new());
            }
            let Some(rows) = self.levels.get_mut(level) else {
                return;
            };
            match rows.get_mut(index) {
                Some(known) => *known = free,
                None => rows.push(free),
            }
            if rows.len() <= 1 {
                return;
            }
            index = index.checked_shr(1).unwrap_or_default();
            let pair = rows.chunks(2).nth(index).unwrap_or_default();
            free = pair.iter().copied().max().unwrap_or_default();
        }
    }

    /// The first row with `len` free cells, and how many it has.
    fn first_with(&self, len: usize) -> Option<(usize, usize)> {
        let mut index = 0_usize;
        let mut most = self.levels.last()?.first().filter(|most| **most >= len)?;
        for rows in self.levels.iter().rev().skip(1) {
            let pair = rows.chunks(2).nth(index)?;
            let second = usize::from(pair.first().is_none_or(|free| *free < len));
            most = pair.get(second)?;
            index = index.saturating_mul(2).saturating_add(second);
        }
        Some((index, *most))
    }
}
