//! Where arrays lie in committed vectors.
//!
//! An array has a cell for each real row only. Padding of the hypercube is not committed, so no claim can see a cell there.
//! Small arrays share vectors. An array longer than a vector is cut along one axis into runs whose length is a power of two.
//! If the axis vector along the cut is `eq` of a point, all full runs differ by a factor only and share one [`Term`]. For
//! example, sides `2, 6` in vectors of 4 cells give four runs: `4, 2, 4, 2` indices of the second axis.

use crate::dims::{products, volume};
use alloc::collections::BTreeMap;
use alloc::vec::Vec;
use core::ops::Range;
use zklens_commitment::{AxisVector, Factor, Functional, Term};
use zklens_field::{Field, Scalar};
use zklens_multilinear::eq_table;

/// An axis vector, cut into runs whose length is a power of two.
enum Runs<'a> {
    /// `eq`: each run is a multiple of the same values.
    Scaled {
        factors: Vec<Scalar>,
        low: &'a [Scalar],
    },
    /// Arbitrary values.
    Listed(&'a [Scalar]),
    /// One at this index, zero at all others.
    Unit(usize),
}

impl<'a> Runs<'a> {
    fn new(values: &'a AxisVector, per_run: usize) -> Self {
        match values {
            AxisVector::Eq { point, .. } => {
                let low_bits = usize::try_from(per_run.trailing_zeros()).unwrap_or_default();
                let (high, low) = point.split_at(point.len().saturating_sub(low_bits));
                let factors = eq_table(high);
                Self::Scaled { factors, low }
            }
            AxisVector::Listed(values) => Self::Listed(values),
            AxisVector::Unit { index, .. } => Self::Unit(*index),
        }
    }

    /// The number of the group to which a run belongs; `None` if all its values are zero. The values of two runs of a group
    /// differ by a factor only. `index` counts the runs of one outer index.
    fn group(&self, index: usize, indices: &Range<usize>, per_run: usize) -> Option<usize> {
        match self {
            Self::Scaled { .. } => Some(usize::from(indices.len() < per_run)),
            Self::Listed(_) => Some(index),
            Self::Unit(one) => indices.contains(one).then_some(0),
        }
    }

    /// The factor by which a run differs from its group.
    fn factor(&self, index: usize) -> Scalar {
        match self {
            Self::Scaled { factors, .. } => factors.get(index).copied().unwrap_or_default(),
            Self::Listed(_) | Self::Unit(_) => Scalar::ONE,
        }
    }

    /// The values of a group, given one of its runs.
    fn axis(&self, indices: Range<usize>) -> AxisVector {
        match self {
            Self::Scaled { low, .. } => AxisVector::Eq {
                point: low.to_vec(),
                len: indices.len(),
            },
            Self::Listed(values) => {
                AxisVector::Listed(values.get(indices).unwrap_or_default().to_vec())
            }
            Self::Unit(one) => AxisVector::Unit {
                index: one.saturating_sub(indices.start),
                len: indices.len(),
            },
        }
    }
}

/// An array and its placement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Array {
    dims: Vec<usize>,
    place: Placement,
}

/// The place of an array in the committed vectors.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Placement {
    /// Inside one vector.
    Whole {
        /// Index of the vector.
        vector: usize,
        /// Index of the first cell in the vector.
        offset: usize,
    },
    /// Cut into runs of indices of one axis. Each run, with all axes inside, stands at the start of a vector of its own.
    Cut {
        /// Index of the first run's vector. The vectors of the other runs follow.
        first_vector: usize,
        /// The axis that is cut.
        axis: usize,
        /// Indices in a run, a power of two. The last run of an axis may have fewer.
        per_vector: usize,
    },
}

/// Consecutive cells of an array, in row-major order, and their place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Span {
    /// Index of the vector.
    pub vector: usize,
    /// Index of the first cell in the vector.
    pub offset: usize,
    /// Indices of the cells in the array.
    pub cells: Range<usize>,
}

impl Array {
    pub(crate) const fn new(dims: Vec<usize>, place: Placement) -> Self {
        Self { dims, place }
    }

    /// Sides, the slowest axis first.
    #[must_use]
    pub fn dims(&self) -> &[usize] {
        &self.dims
    }

    /// The placement.
    #[must_use]
    pub const fn place(&self) -> Placement {
        self.place
    }

    /// The number of cells.
    #[must_use]
    pub fn len(&self) -> usize {
        volume(&self.dims)
    }

    /// Whether the array has zero cells.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The place of every cell.
    #[must_use]
    pub fn spans(&self) -> Vec<Span> {
        match self.place {
            Placement::Whole { vector, offset } => Vec::from([Span {
                vector,
                offset,
                cells: 0..self.len(),
            }]),
            Placement::Cut { axis, .. } => {
                let inside = volume(self.inside(axis));
                let runs = self.runs();
                let span = |run: &Run| Span {
                    vector: run.vector,
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

    /// The functional `coefficient · Σ cell · Π_axes value`, with one axis vector for each axis.
    #[must_use]
    pub fn terms(&self, axes: &[AxisVector], coefficient: Scalar) -> Vec<Term> {
        match self.place {
            Placement::Whole { vector, offset } => Vec::from([Term {
                vectors: Vec::from([(vector, coefficient)]),
                functional: Functional {
                    offset,
                    factors: self.factors(axes, 0),
                },
            }]),
            Placement::Cut {
                axis, per_vector, ..
            } => self.terms_of_runs(axes, coefficient, axis, per_vector),
        }
    }

    /// A factor for every axis from `first` on.
    fn factors(&self, axes: &[AxisVector], first: usize) -> Vec<Factor> {
        let axes = axes.iter().enumerate().skip(first);
        axes.map(|(axis, vector)| Factor {
            axis: vector.clone(),
            stride: volume(self.inside(axis)),
        })
        .collect()
    }

    /// A term for each group of runs.
    fn terms_of_runs(
        &self,
        axes: &[AxisVector],
        coefficient: Scalar,
        axis: usize,
        per_vector: usize,
    ) -> Vec<Term> {
        let outside = axes.get(..axis).unwrap_or_default().iter();
        let outside: Vec<Vec<Scalar>> = outside.map(AxisVector::values).collect();
        let outer = products(&outside.iter().collect::<Vec<_>>());
        let Some(along) = axes.get(axis).map(|axis| Runs::new(axis, per_vector)) else {
            return Vec::new();
        };
        let inner = self.factors(axes, axis.saturating_add(1));
        let stride = volume(self.inside(axis));
        let mut terms: Vec<Term> = Vec::new();
        let mut groups: BTreeMap<usize, usize> = BTreeMap::new();
        for run in self.runs() {
            let index = run
                .indices
                .start
                .checked_div(per_vector)
                .unwrap_or_default();
            let group = along.group(index, &run.indices, per_vector);
            let Some((outside, group)) = outer.get(run.outer).zip(group) else {
                continue;
            };
            let vector = (run.vector, coefficient * outside * along.factor(index));
            let term = *groups.entry(group).or_insert(terms.len());
            if let Some(term) = terms.get_mut(term) {
                term.vectors.push(vector);
                continue;
            }
            let mut factors = Vec::from([Factor {
                axis: along.axis(run.indices),
                stride,
            }]);
            factors.extend(inner.iter().cloned());
            let functional = Functional { offset: 0, factors };
            let vectors = Vec::from([vector]);
            terms.push(Term {
                vectors,
                functional,
            });
        }
        terms
    }

    fn inside(&self, axis: usize) -> &[usize] {
        self.dims.get(axis.saturating_add(1)..).unwrap_or_default()
    }

    /// The runs of an array that is cut, in row-major order; empty for a whole one.
    fn runs(&self) -> Vec<Run> {
        let Placement::Cut {
            first_vector,
            axis,
            per_vector,
        } = self.place
        else {
            return Vec::new();
        };
        let side = self.dims.get(axis).copied().unwrap_or_default();
        let outside = volume(self.dims.get(..axis).unwrap_or_default());
        let starts = (0..outside).flat_map(|outer| {
            (0..side)
                .step_by(per_vector.max(1))
                .map(move |s| (outer, s))
        });
        let run = |(index, (outer, start)): (usize, (usize, usize))| Run {
            vector: first_vector.saturating_add(index),
            outer,
            first: outer.saturating_mul(side).saturating_add(start),
            indices: start..start.saturating_add(per_vector).min(side),
        };
        starts.enumerate().map(run).collect()
    }
}

/// A run of indices of the axis that is cut.
#[derive(Clone, Debug)]
struct Run {
    vector: usize,
    /// Index over all outer axes, flattened.
    outer: usize,
    /// Its first index, counted over the outer axes too.
    first: usize,
    indices: Range<usize>,
}
