//! Where arrays lie in committed vectors.
//!
//! An array is dense: padding of the hypercube is not committed, so no claim can see a cell there.
//! Small arrays share vectors. An array longer than a vector is cut along one axis into runs of a power
//! of two, so that the weights of two full runs differ by a factor only and one
//! [`Term`] speaks of all of them.

use crate::dims::{products, volume};
use alloc::collections::BTreeMap;
use alloc::vec::Vec;
use core::ops::Range;
use zklens_commitment::{AxisVector, Factor, Functional, Term};
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
    fn new(weights: &'a AxisVector, per_run: usize) -> Self {
        match weights {
            AxisVector::Eq { point, .. } => {
                let low_bits = usize::try_from(per_run.trailing_zeros()).unwrap_or_default();
                let (high, low) = point.split_at(point.len().saturating_sub(low_bits));
                let factors = eq_table(high);
                Self::Scaled { factors, low }
            }
            AxisVector::Listed(weights) => Self::Listed(weights),
            AxisVector::Unit { index, .. } => Self::Unit(*index),
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
    fn axis(&self, indices: Range<usize>) -> AxisVector {
        match self {
            Self::Scaled { low, .. } => AxisVector::Eq {
                point: low.to_vec(),
                len: indices.len(),
            },
            Self::Listed(weights) => {
                AxisVector::Listed(weights.get(indices).unwrap_or_default().to_vec())
            }
            Self::Unit(one) => AxisVector::Unit {
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
    place: Placement,
}

/// Where the cells of an array are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Placement {
    /// In one vector.
    Whole {
        /// The vector.
        vector: usize,
        /// The column of the first cell.
        offset: usize,
    },
    /// Runs of indices of one axis, each with all that is inside it, at the start of a vector.
    Cut {
        /// The first run's vector; the others follow.
        first_vector: usize,
        /// The axis that is cut.
        axis: usize,
        /// Indices of a run: a power of two.
        per_vector: usize,
    },
}

/// A run of an array's cells, in row-major order, and where they lie.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Span {
    /// The vector.
    pub vector: usize,
    /// The column of the first cell.
    pub offset: usize,
    /// The cells.
    pub cells: Range<usize>,
}

impl Array {
    pub(crate) const fn new(dims: Vec<usize>, place: Placement) -> Self {
        Self { dims, place }
    }

    /// Sides, the slowest first.
    #[must_use]
    pub fn dims(&self) -> &[usize] {
        &self.dims
    }

    /// Where it lies.
    #[must_use]
    pub const fn place(&self) -> Placement {
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

    /// `coefficient · Σ cell · Π_axes weight`, with one list of weights per axis.
    #[must_use]
    pub fn terms(&self, weights: &[AxisVector], coefficient: Scalar) -> Vec<Term> {
        match self.place {
            Placement::Whole { vector, offset } => Vec::from([Term {
                vectors: Vec::from([(vector, coefficient)]),
                functional: Functional {
                    offset,
                    factors: self.factors(weights, 0),
                },
            }]),
            Placement::Cut {
                axis, per_vector, ..
            } => self.terms_of_runs(weights, coefficient, axis, per_vector),
        }
    }

    /// A factor for every axis from `first` on.
    fn factors(&self, weights: &[AxisVector], first: usize) -> Vec<Factor> {
        let axes = weights.iter().enumerate().skip(first);
        axes.map(|(axis, weights)| Factor {
            axis: weights.clone(),
            stride: volume(self.inside(axis)),
        })
        .collect()
    }

    /// A term for each group of runs.
    fn terms_of_runs(
        &self,
        weights: &[AxisVector],
        coefficient: Scalar,
        axis: usize,
        per_vector: usize,
    ) -> Vec<Term> {
        let outside = weights.get(..axis).unwrap_or_default().iter();
        let outside: Vec<Vec<Scalar>> = outside.map(AxisVector::values).collect();
        let outer = products(&outside.iter().collect::<Vec<_>>());
        let Some(along) = weights.get(axis).map(|axis| Runs::new(axis, per_vector)) else {
            return Vec::new();
        };
        let inner = self.factors(weights, axis.saturating_add(1));
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

    /// The runs of an array that is cut, in row-major order.
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
    /// Index over the axes outside, flattened.
    outer: usize,
    /// Its first index, counted over those axes too.
    first: usize,
    indices: Range<usize>,
}
