//! Linear layers: a sum over a table's operand as a sum over the outputs of other tables.
//!
//! # Claim
//!
//! A table's operand `X` is a sum of linear functions of other tables' outputs, plus biases: `X = Σ_paths F·y + biases`.
//!
//! | symbol | meaning |
//! |---|---|
//! | `X`, `y` | the operand; the output of a table that is wired to it, the *source* |
//! | `F` | the linear function of a path |
//! | `u` | a *covector* on `X`: a coefficient for each cell, as a product of one value per axis |
//! | `M = Fᵀ·u` | the covector that this makes on `y` |
//! | `s` | the point where the sumcheck ends, and `e = eq(s, ·)` |
//! | `W` | committed weights |
//!
//! # Protocol
//!
//! `Σ_x u(x)·X(x) = Σ_x' M(x')·y(x') + ⟨u, biases⟩`, a sum over the source's rows. So no layer needs a sumcheck of its own.
//! Steps without weights turn covectors into covectors. At the end of the sumcheck the verifier needs
//!
//! ```text
//! M(s) = Σ_x' eq(s, x')·M(x')
//! dense:         Σ u(o)·e(i)·W[o, i]
//! convolution:   Σ u(o)·e(c)·κ_height(k)·κ_width(l)·W[o, c, k, l]       κ(k) = Σ_p u(p)·e(p·stride + k − before)
//! ```
//!
//! This is a linear functional of the committed weights. One opening proves it with all other claims.
//!
//! # Soundness
//!
//! For every `u`, both sides of `Σ_x u(x)·X(x)` are linear in the cells. If the claim holds for a random `u = eq(r, ·)`, it
//! holds for all cells, except with probability `num_vars / 2^253`.
//!
//! # Reference
//!
//! Thaler, *Time-optimal interactive proofs for circuit evaluation* (CRYPTO 2013), for matrices. Decision 007 explains the
//! sum over the source's rows.

use crate::circuit::{LinearOp, Path, Step, Weighted};
use crate::dims::AXES;
use crate::layout::Layout;
use alloc::vec::Vec;
use zklens_commitment::AxisVector;
use zklens_commitment::Term;
use zklens_field::{Field, Scalar};
use zklens_model::{Axis, Window};

/// A coefficient for each cell of a tensor: `coefficient · Π_axes value`, over images, channels, height and width.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Covector {
    /// The factor of all products.
    pub coefficient: Scalar,
    /// The values along each axis.
    pub axes: [AxisVector; AXES],
}

impl Covector {
    /// The covector on the cells under a window, given the covector on its positions.
    ///
    /// The tap in row `t` and column `t'` counts `ratio^(t·kernel width + t')` times. A tap in the padding takes the nearest cell
    /// of the picture. That cell lies under the window too, so it changes no maximum.
    #[must_use]
    pub fn spread_over_taps(self, window: &Window, from: [usize; 2], ratio: Scalar) -> Self {
        let Self {
            coefficient,
            axes: [images, channels, along_height, along_width],
        } = self;
        let [height, width] = from;
        let steps = u64::try_from(window.width.kernel).unwrap_or_default();
        let along_height = spread(
            &along_height.values(),
            &window.height,
            height,
            ratio.pow([steps]),
        );
        let along_width = spread(&along_width.values(), &window.width, width, ratio);
        Self {
            coefficient,
            axes: [
                images,
                channels,
                AxisVector::Listed(along_height),
                AxisVector::Listed(along_width),
            ],
        }
    }

    /// The covector on the operand of a step, given the covector on its output.
    #[must_use]
    pub fn before(self, step: &Step) -> Self {
        let Self {
            coefficient,
            axes: [images, channels, along_height, along_width],
        } = self;
        match step {
            Step::Scale(factor) => Self {
                coefficient: coefficient * Scalar::from(*factor),
                axes: [images, channels, along_height, along_width],
            },
            Step::Channels { start, count, .. } => Self {
                coefficient,
                axes: [
                    images,
                    channels.part(*start, *count),
                    along_height,
                    along_width,
                ],
            },
            Step::Average {
                window,
                multiplier,
                from: [height, width],
            } => {
                let along_height = sum_of_taps(&along_height.values(), &window.height, *height);
                let along_width = sum_of_taps(&along_width.values(), &window.width, *width);
                Self {
                    coefficient: coefficient * Scalar::from(i64::from(*multiplier)),
                    axes: [
                        images,
                        channels,
                        AxisVector::Listed(along_height),
                        AxisVector::Listed(along_width),
                    ],
                }
            }
        }
    }

    /// The covector moved back through all steps of a path: from the operand to the output of the path's layer with weights,
    /// or to its source if it has none.
    #[must_use]
    pub fn at_end_of(&self, path: &Path) -> Self {
        let steps = path.steps.iter();
        steps.fold(self.clone(), |covector, step| covector.before(step))
    }

    /// The sum of the coefficients of a channel, without the channel's own value.
    #[must_use]
    pub fn per_channel(&self) -> Scalar {
        let [images, _, along_height, along_width] = &self.axes;
        let sums = [images, along_height, along_width].map(AxisVector::sum);
        sums.into_iter()
            .fold(self.coefficient, |all, sum| all * sum)
    }
}

/// The sum of `ratio^tap·values(p)` over the cells that the taps of each position `p` take, clamped to the picture.
fn spread(values: &[Scalar], axis: &Axis, cells: usize, ratio: Scalar) -> Vec<Scalar> {
    let mut spread = alloc::vec![Scalar::default(); cells];
    let last = cells.saturating_sub(1);
    for (position, value) in values.iter().enumerate() {
        let mut value = *value;
        for tap in 0..axis.kernel {
            let start = position.saturating_mul(axis.stride).saturating_add(tap);
            let cell = start.saturating_sub(axis.before).min(last);
            if let Some(sum) = spread.get_mut(cell) {
                *sum += value;
            }
            value *= ratio;
        }
    }
    spread
}

/// The values on the `cells` cells that one tap takes, given values on positions.
#[must_use]
pub fn under_tap(values: &[Scalar], axis: &Axis, tap: usize, cells: usize) -> Vec<Scalar> {
    let mut under = alloc::vec![Scalar::default(); cells];
    let taps = axis.taps(tap, cells, values.len());
    let positions = values.iter().skip(taps.first_output).take(taps.count);
    let taken = under.iter_mut().skip(taps.first_input);
    for (cell, value) in taken.step_by(axis.stride.max(1)).zip(positions) {
        *cell = *value;
    }
    under
}

fn sum_of_taps(values: &[Scalar], axis: &Axis, cells: usize) -> Vec<Scalar> {
    let mut sums = alloc::vec![Scalar::default(); cells];
    for tap in 0..axis.kernel {
        let taps = axis.taps(tap, cells, values.len());
        let positions = values.iter().skip(taps.first_output).take(taps.count);
        let taken = sums.iter_mut().skip(taps.first_input);
        for (sum, value) in taken.step_by(axis.stride.max(1)).zip(positions) {
            *sum += value;
        }
    }
    sums
}

/// The share of a path in the claim that remains at the end of the sumcheck.
#[derive(Clone, Debug, Default)]
pub struct PathValue {
    /// The part that the verifier computes.
    pub public: Scalar,
    /// The part that is a functional of the key's arrays.
    pub terms: Vec<Term>,
}

/// The share of a path in the sum, at the point where the sumcheck ends: `scale` times its covector there, and its bias.
/// `source` is `eq` of that point along the source's axes.
#[must_use]
pub fn path_value(
    layout: &Layout,
    path: &Path,
    covector: &Covector,
    source: &[AxisVector; AXES],
    scale: Scalar,
) -> PathValue {
    let covector = covector.at_end_of(path);
    let Some(weighted) = &path.weights else {
        let axes = covector.axes.iter().zip(source);
        let products = axes.map(|(left, right)| left.dot(right));
        let public = products.fold(covector.coefficient * scale, |all, sum| all * sum);
        return PathValue {
            public,
            terms: Vec::new(),
        };
    };
    let array = |index: usize| layout.arrays.get(index);
    let mut terms = Vec::new();
    if let Some(weights) = array(weighted.array) {
        let (axes, factor) = axes_of_weights(weighted, &covector, source);
        terms.extend(weights.terms(&axes, factor * scale));
    }
    if let Some(bias) = array(weighted.array.saturating_add(1)) {
        let [_, channels, _, _] = &covector.axes;
        let channels = core::slice::from_ref(channels);
        terms.extend(bias.terms(channels, covector.per_channel()));
    }
    PathValue {
        public: Scalar::default(),
        terms,
    }
}

/// The axis vectors of the functional on the weights, and its factor.
fn axes_of_weights(
    weighted: &Weighted,
    covector: &Covector,
    source: &[AxisVector; AXES],
) -> (Vec<AxisVector>, Scalar) {
    let [images, outputs, along_height, along_width] = &covector.axes;
    let [from_images, channels, from_height, from_width] = source;
    let factor = covector.coefficient * images.dot(from_images);
    match weighted.map {
        LinearOp::Dense => {
            let sides = [along_height, along_width].map(AxisVector::sum);
            let factor = sides.into_iter().fold(factor, |all, sum| all * sum);
            let axes = [outputs, channels, from_height, from_width];
            (axes.map(Clone::clone).to_vec(), factor)
        }
        LinearOp::Conv2d { window, groups, .. } => {
            let along_height = kernel(along_height, from_height, &window.height);
            let along_width = kernel(along_width, from_width, &window.width);
            let mut axes = match groups {
                1 => Vec::from([outputs.clone(), channels.clone()]),
                _ => Vec::from([grouped(outputs, channels, groups)]),
            };
            axes.extend([along_height, along_width]);
            (axes, factor)
        }
    }
}

/// `κ(tap) = Σ_p after(p)·before(the cell that the tap takes at p)`.
fn kernel(after: &AxisVector, before: &AxisVector, axis: &Axis) -> AxisVector {
    let (after, before) = (after.values(), before.values());
    let tap = |tap| {
        let taps = axis.taps(tap, before.len(), after.len());
        let positions = after.iter().skip(taps.first_output).take(taps.count);
        let taken = before.iter().skip(taps.first_input);
        let pairs = taken.step_by(axis.stride.max(1)).zip(positions);
        pairs.map(|(cell, weight)| *cell * weight).sum()
    };
    AxisVector::Listed((0..axis.kernel).map(tap).collect())
}

/// For every output channel and channel of its group, the product of their values.
fn grouped(outputs: &AxisVector, channels: &AxisVector, groups: usize) -> AxisVector {
    let (outputs, channels) = (outputs.values(), channels.values());
    let sizes = [outputs.len(), channels.len()].map(|len| len.checked_div(groups));
    let [per_group, depth] = sizes.map(|size| size.unwrap_or_default().max(1));
    let of_groups = outputs.chunks(per_group).zip(channels.chunks(depth));
    let products = of_groups.flat_map(|(outputs, channels)| {
        let pairs = outputs.iter().flat_map(|output| {
            let products = channels.iter().map(|channel| *output * channel);
            products.collect::<Vec<_>>()
        });
        pairs.collect::<Vec<_>>()
    });
    AxisVector::Listed(products.collect())
}
