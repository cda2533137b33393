//! The factor of every channel, and the interval and scale of every target.

use super::classes::Classes;
use super::{Target, chains};
use crate::calibrate::{Calibration, Range};
use crate::network::{Kind, LayerId, Network};
use zklens_model::Interval;

/// How far beyond the largest value seen in calibration an activation of one byte saturates.
const MARGIN: f64 = 1.1;
/// The same for two bytes, which leave 12 bits to the calibrated range.
const WIDE_MARGIN: f64 = 16.0;
/// The range of a channel, as a share of the layer's largest, below which it gets no finer scale: on other images it may
/// reach further.
const LEAST_SHARE: f64 = 1.0 / 32.0;

/// Factors and targets of a network.
pub(crate) struct Factors {
    /// The factor of each layer's channels.
    pub(super) factors: Vec<Vec<f64>>,
    /// The targets, with shifts of 16.
    pub(super) targets: Vec<Option<Target>>,
    /// See [`super::Plan::saturating`].
    pub(super) saturating: Vec<Vec<bool>>,
}

/// Picks factors such that each channel's calibrated range fills the interval of the layer's target.
pub(super) fn factors(
    network: &Network,
    calibration: &Calibration,
    ends: &[LayerId],
    bytes: &[u8],
) -> Factors {
    let is_target = targets(network, ends, bytes);
    // A clip behind something else than accumulators has its own ends.
    let mut uniform: Vec<bool> = network
        .layers
        .iter()
        .zip(&is_target)
        .map(|(layer, is_target)| matches!(layer.kind, Kind::Clip { .. }) && !is_target)
        .collect();
    loop {
        let mut search = Search {
            network,
            calibration,
            bytes,
            classes: Classes::new(network, &uniform),
            is_target: &is_target,
        };
        let found = search.run();
        let layers = 0..network.layers.len();
        let cut: Vec<LayerId> = layers.filter(|id| search.is_cut(*id, &found)).collect();
        if cut.iter().all(|id| uniform[*id]) {
            return found;
        }
        cut.into_iter().for_each(|id| uniform[id] = true);
    }
}

/// For each layer, whether it rescales accumulators to whole bytes. Not if a table is its only use, which wants a scale
/// of its own; and not the logits, which are never rescaled.
fn targets(network: &Network, ends: &[LayerId], bytes: &[u8]) -> Vec<bool> {
    let mut is_end = vec![false; network.layers.len()];
    for (id, layer) in network.layers.iter().enumerate() {
        let is_exact =
            matches!(layer.kind, Kind::AveragePool(window) if [1, 2, 4].contains(&window.area()));
        if chains::accumulates(&layer.kind) && !is_exact {
            is_end[ends[id]] = true;
        }
    }
    let feeds_table = |id: LayerId| {
        let mut users = network
            .layers
            .iter()
            .filter(|layer| layer.inputs.contains(&id));
        users.any(|user| matches!(user.kind, Kind::Curve(_) | Kind::Product))
    };
    (0..network.layers.len())
        .map(|id| is_end[id] && bytes[id] > 0 && id != network.output && !feeds_table(id))
        .collect()
}

struct Search<'a> {
    network: &'a Network,
    calibration: &'a Calibration,
    bytes: &'a [u8],
    classes: Classes,
    is_target: &'a [bool],
}

impl Search<'_> {
    fn run(&mut self) -> Factors {
        let by_class = self.by_class();
        let layers = 0..self.network.layers.len();
        let factors: Vec<Vec<f64>> = layers
            .clone()
            .map(|id| {
                let channels = 0..self.network.layers[id].shape.channels();
                let classes = channels.map(|channel| self.classes.class(id, channel));
                classes.map(|class| by_class[class]).collect()
            })
            .collect();
        let target = |id: LayerId| self.is_target[id].then(|| self.target(id, &factors[id]));
        let targets: Vec<Option<Target>> = layers.clone().map(target).collect();
        let saturating = layers
            .map(|id| {
                let target = targets[id].as_ref();
                target.map_or_else(Vec::new, |target| self.saturating(id, &factors[id], target))
            })
            .collect();
        Factors {
            factors,
            targets,
            saturating,
        }
    }

    /// The factor of every class: 1 if it is fixed, or if no layer needs another.
    fn by_class(&mut self) -> Vec<f64> {
        let mut factors = vec![f64::INFINITY; self.classes.len()];
        for (id, layer) in self.network.layers.iter().enumerate() {
            let is_fixed = id == self.network.output
                || matches!(layer.kind, Kind::Input | Kind::Curve(_) | Kind::Product);
            let feeds = matches!(layer.kind, Kind::Curve(_) | Kind::Product);
            for input in layer.inputs.iter().filter(|_| feeds) {
                self.fix(*input, &mut factors);
            }
            if is_fixed {
                self.fix(id, &mut factors);
            }
        }
        for (id, layer) in self.network.layers.iter().enumerate() {
            if !self.is_target[id] {
                continue;
            }
            let share = self.interval(id).hi as f64 / self.span(id);
            for (channel, top) in self.tops(id).into_iter().enumerate() {
                let class = self.classes.class(id, channel);
                factors[class] = match factors[class] {
                    fixed if fixed < 0.0 => fixed,
                    other => other.min(share / top),
                };
            }
            debug_assert!(layer.shape.channels() > 0);
        }
        for factor in &mut factors {
            if !factor.is_finite() || *factor < 0.0 {
                *factor = 1.0;
            }
        }
        factors
    }

    /// Marks a layer's classes as fixed.
    fn fix(&mut self, id: LayerId, factors: &mut [f64]) {
        for channel in 0..self.network.layers[id].shape.channels() {
            factors[self.classes.class(id, channel)] = -1.0;
        }
    }

    fn target(&self, id: LayerId, factors: &[f64]) -> Target {
        let whole = self.interval(id);
        let tops = self.tops(id);
        let largest = tops.iter().zip(factors).map(|(top, factor)| top * factor);
        let largest = largest.fold(f64::MIN_POSITIVE, f64::max);
        // The small number makes up for a quotient that was rounded down.
        let scale = ((whole.hi as f64 / largest).log2() + 1e-6).floor() as i32;
        let mut interval = whole;
        if let Kind::Clip { lo, hi } = self.network.layers[id].kind {
            let factor = factors.first().copied().unwrap_or(1.0);
            let at = |end: f32| (f64::from(end) * factor * f64::from(scale).exp2()).round();
            let inside = |end: f32| at(end).clamp(whole.lo as f64, whole.hi as f64) as i64;
            if !self.covers(id, factors, scale, whole) {
                interval = Interval {
                    lo: inside(lo),
                    hi: inside(hi),
                };
            }
        }
        Target {
            interval,
            scale,
            shift: 16,
        }
    }

    /// Whether a clip's own ends lie inside its target's whole interval in some channel. Then all channels must have one
    /// factor, so that the target can have the clip's ends.
    fn is_cut(&self, id: LayerId, found: &Factors) -> bool {
        let factors = &found.factors[id];
        let target = found.targets[id].as_ref();
        target.is_some_and(|target| !self.covers(id, factors, target.scale, self.interval(id)))
    }

    /// Whether the whole interval is inside the clip of layer `id`, in every channel.
    fn covers(&self, id: LayerId, factors: &[f64], scale: i32, whole: Interval) -> bool {
        let Kind::Clip { lo, hi } = self.network.layers[id].kind else {
            return true;
        };
        let unit = f64::from(scale).exp2();
        factors.iter().all(|factor| {
            let at = |end: f32| (f64::from(end) * factor * unit).round();
            at(lo) <= whole.lo as f64 && at(hi) >= whole.hi as f64
        })
    }

    /// The channels in which the target clips values that the float network does not clip.
    fn saturating(&self, id: LayerId, factors: &[f64], target: &Target) -> Vec<bool> {
        let unit = f64::from(target.scale).exp2();
        let limit = match self.network.layers[id].kind {
            Kind::Clip { hi, .. } => f64::from(hi),
            _ => f64::INFINITY,
        };
        let top = target.interval.hi as f64 + 0.5;
        factors
            .iter()
            .map(|factor| limit * factor * unit > top)
            .collect()
    }

    fn interval(&self, id: LayerId) -> Interval {
        let values = 1i64 << (8 * self.bytes[id]);
        let lo = match self.is_signed(id) {
            true => -values / 2,
            false => 0,
        };
        Interval {
            lo,
            hi: lo + values - 1,
        }
    }

    /// The power of two above the interval's end.
    fn span(&self, id: LayerId) -> f64 {
        (self.interval(id).hi + 1) as f64
    }

    fn is_signed(&self, id: LayerId) -> bool {
        match self.network.layers[id].kind {
            Kind::Relu => false,
            Kind::Clip { lo, .. } => lo < 0.0,
            _ => self.calibration.ranges[id].min < 0.0 || !self.is_never_negative(id),
        }
    }

    /// Whether the layer only averages or sums non-negative values.
    fn is_never_negative(&self, id: LayerId) -> bool {
        let layer = &self.network.layers[id];
        match layer.kind {
            Kind::Relu | Kind::Input => true,
            Kind::Clip { lo, .. } => lo >= 0.0,
            Kind::AveragePool(_) | Kind::MaxPool(_) | Kind::Reshape | Kind::Concat | Kind::Add => {
                layer
                    .inputs
                    .iter()
                    .all(|input| self.is_never_negative(*input))
            }
            _ => false,
        }
    }

    /// For each channel, the real value at which it may saturate.
    fn tops(&self, id: LayerId) -> Vec<f64> {
        let signed = self.is_signed(id);
        let reach = |range: &Range| {
            let reach = if signed {
                range.magnitude()
            } else {
                f64::from(range.max.max(0.0))
            };
            if reach.is_finite() { reach } else { 0.0 }
        };
        // A mean lies within its input's range, and shares its factors.
        let is_mean = matches!(self.network.layers[id].kind, Kind::AveragePool(_));
        let margin = match self.bytes[id] {
            2 if !is_mean => WIDE_MARGIN,
            _ => MARGIN,
        };
        // A mean is clipped as its input is.
        let clipped = match self.network.layers[id].inputs.first() {
            Some(input) if is_mean => *input,
            _ => id,
        };
        let limit = match self.network.layers[clipped].kind {
            Kind::Clip { lo, hi } => f64::from(hi.max(-lo)),
            _ => f64::INFINITY,
        };
        let channels = &self.calibration.channels[id];
        let largest = channels.iter().map(reach).fold(0.0, f64::max);
        let least = if largest > 0.0 {
            largest * LEAST_SHARE
        } else {
            1.0
        };
        channels
            .iter()
            .map(|range| (margin * reach(range).max(least)).min(limit.max(f64::MIN_POSITIVE)))
            .collect()
    }
}
