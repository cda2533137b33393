//! Where arrays lie in committed rows.
//!
//! An array is dense: padding of the hypercube is not committed, so no claim can see a cell there.
//! Small arrays share rows. An array longer than a row is cut along one axis into runs of a power
//! of two, so that the weights of two full runs differ by a factor only and one
//! [`Term`] speaks of all of them.

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
        }
    }

    /// A run of indices, the `index`th, as a factor and weights that full runs share.
    fn run(&self, index: usize, indices: Range<usize>) -> (Scalar, Weights) {
        match self {
            Self::Scaled { factors, low } => {
                let run = Weights::Eq {
                    point: low.to_vec(),
                    len: indices.len(),
                };
                (factors.get(index).copied().unwrap_or_default(), run)
            }
            Self::Listed(weights) => {
                let run = weights.get(indices).unwrap_or_default();
                (Scalar::ONE, Weights::Listed(run.to_vec()))
            }
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
        let factors = |from: usize| -> Vec<Factor> {
            let axes = weights.iter().enumerate().skip(from);
            axes.map(|(axis, weights)| Factor {
                weights: weights.clone(),
                stride: volume(self.inside(axis)),
            })
            .collect()
        };
        match self.place {
            Place::Whole { row, offset } => Vec::from([Term {
                rows: Vec::from([(row, coefficient)]),
                functional: Functional {
                    offset,
                    factors: factors(0),
                },
            }]),
            Place::Cut { axis, per_row, .. } => {
                let inner = factors(axis.saturating_add(1));
                let stride = volume(self.inside(axis));
                let outside = weights.get(..axis).unwrap_or_default().iter();
                let outside: Vec<Vec<Scalar>> = outside.map(Weights::values).collect();
                let outer = products(&outside.iter().collect::<Vec<_>>());
                let Some(along) = weights.get(axis).map(|axis| Runs::new(axis, per_row)) else {
                    return Vec::new();
                };
                let mut terms: Vec<(Weights, Term)> = Vec::new();
                for run in self.runs() {
                    let Some(outside) = outer.get(run.outer) else {
                        continue;
                    };
                    let index = run.indices.start.checked_div(per_row).unwrap_or_default();
                    let (factor, run_weights) = along.run(index, run.indices);
                    let row = (run.row, coefficient * outside * factor);
                    let same = |(known, _): &&mut (Weights, Term)| *known == run_weights;
                    if let Some((_, term)) = terms.iter_mut().find(same) {
                        term.rows.push(row);
                        continue;
                    }
                    let mut factors = Vec::from([Factor {
                        weights: run_weights.clone(),
                        stride,
                    }]);
                    factors.extend(inner.iter().cloned());
                    let functional = Functional { offset: 0, factors };
                    let rows = Vec::from([row]);
                    terms.push((run_weights, Term { rows, functional }));
                }
                terms.into_iter().map(|(_, term)| term).collect()
            }
        }
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

/// Gives arrays their places in consecutive rows.
#[derive(Clone, Debug)]
pub struct Packer {
    cells: usize,
    first_row: usize,
    rows: usize,
    /// Rows that may have room, each with the cells it has used.
    open: Vec<(usize, usize)>,
}

impl Packer {
    /// Places begin in `first_row`; a row has `cells` cells.
    #[must_use]
    pub const fn new(cells: usize, first_row: usize) -> Self {
        Self {
            cells,
            first_row,
            rows: 0,
            open: Vec::new(),
        }
    }

    /// Of the first row, some cells are taken.
    #[must_use]
    pub(crate) fn after(mut self, used: usize) -> Self {
        self.open.push((self.first_row, used));
        self.rows = 1;
        self
    }

    /// Cells used of the last row.
    pub(crate) fn used_of_last(&self) -> usize {
        let last = self.first_row.saturating_add(self.rows).checked_sub(1);
        let used = self.open.iter().find(|(row, _)| Some(*row) == last);
        used.map_or(0, |(_, used)| *used)
    }

    /// Rows used so far.
    #[must_use]
    pub const fn rows(&self) -> usize {
        self.rows
    }

    /// Arrays that may share rows, the largest placed first. What is left of a row of an array that is
    /// cut is for others too.
    pub fn place(&mut self, shapes: &[Vec<usize>]) -> Vec<Array> {
        let mut order: Vec<(usize, &Vec<usize>)> = shapes.iter().enumerate().collect();
        order.sort_by_key(|(index, dims)| (core::cmp::Reverse(volume(dims)), *index));
        let mut placed: Vec<(usize, Array)> = Vec::with_capacity(shapes.len());
        for (index, dims) in order {
            let len = volume(dims);
            if len > self.cells {
                let array = self.place_cut(dims);
                let spans = array.spans();
                self.open
                    .extend(spans.iter().map(|span| (span.row, span.cells.len())));
                placed.push((index, array));
                continue;
            }
            let cells = self.cells;
            let fits = |(_, used): &&mut (usize, usize)| used.saturating_add(len) <= cells;
            let (row, offset) = match self.open.iter_mut().find(fits) {
                Some((row, used)) => {
                    let offset = *used;
                    *used = used.saturating_add(len);
                    (*row, offset)
                }
                None => {
                    let row = self.first_row.saturating_add(self.rows);
                    self.rows = self.rows.saturating_add(1);
                    self.open.push((row, len));
                    (row, 0)
                }
            };
            placed.push((
                index,
                Array {
                    dims: dims.clone(),
                    place: Place::Whole { row, offset },
                },
            ));
        }
        placed.sort_by_key(|(index, _)| *index);
        placed.into_iter().map(|(_, array)| array).collect()
    }

    /// An array longer than a row, cut along the outermost axis of which at least one index fits.
    fn place_cut(&mut self, dims: &[usize]) -> Array {
        let fits = |axis: &usize| {
            volume(dims.get(axis.saturating_add(1)..).unwrap_or_default()) <= self.cells
        };
        let axis = (0..dims.len()).find(fits).unwrap_or_default();
        let inside = volume(dims.get(axis.saturating_add(1)..).unwrap_or_default());
        let most = self.cells.checked_div(inside).unwrap_or(1).max(1);
        let per_row = 1_usize.checked_shl(most.ilog2()).unwrap_or(1);
        self.cut(dims, axis, per_row)
    }

    fn cut(&mut self, dims: &[usize], axis: usize, per_row: usize) -> Array {
        let first_row = self.first_row.saturating_add(self.rows);
        let side = dims.get(axis).copied().unwrap_or_default();
        let outside = volume(dims.get(..axis).unwrap_or_default());
        let rows = outside.saturating_mul(side.div_ceil(per_row.max(1)));
        self.rows = self.rows.saturating_add(rows);
        Array {
            dims: dims.to_vec(),
            place: Place::Cut {
                first_row,
                axis,
                per_row,
            },
        }
    }
}
