//! Which activations are saturated to whole bytes, and at which scales.
//!
//! A proof shows a rescale and a clip to `256^a` values in one row, with `a` bytes for the output. So activations of `a`
//! bytes are cheap. This module picks, for every layer that rescales accumulators, an interval of that size (its
//! [`Target`]), and rewrites the float network such that the interval's ends mean the same in every channel:
//!
//! ```text
//! x'[c] = factor[c] · x[c]        W'[o][i] = W[o][i] · factor[o] / factor[i]
//! ```
//!
//! For example, a ReLU6 whose channels reach 6 and 1.5 gets factors such that both end at 255. The weights of the layers
//! before and after absorb the factors, so the rewritten network computes the same logits. Layers whose channels must
//! agree, such as the summands of a residual sum, share factors: see [`classes`].

mod budget;
mod chains;
mod classes;
mod factors;
mod rewrite;
mod sensitivity;
mod shifts;

pub(crate) use budget::{Budget, Choice};

use crate::calibrate::{Calibration, Range};
use crate::network::{LayerId, Network};
use zklens_model::Interval;

/// The interval and scale to which a layer's accumulators are brought.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Target {
    /// An interval of `256^a` values, or for a clip between other ends a smaller one.
    pub(crate) interval: Interval,
    /// The number of fraction bits of the activations.
    pub(crate) scale: i32,
    /// The shift of the rescale.
    pub(crate) shift: u32,
}

/// A search for the cheapest bytes, after a measurement on `images`. Calls `progress` once for each.
pub(crate) fn budget(
    network: &Network,
    calibration: &Calibration,
    images: &[&[u8]],
    progress: &(dyn Fn() + Sync),
) -> Budget {
    let [one, two] = [1, 2].map(|bytes| vec![bytes; network.layers.len()]);
    let ends = chains::ends(network, &one);
    let narrow = factors::factors(network, calibration, &ends, &one);
    let wide = factors::factors(network, calibration, &ends, &two);
    let sensitivity = sensitivity::measure(network, &narrow, images, progress);
    Budget::new(network, calibration, &ends, [&narrow, &wide], &sensitivity)
}

/// A network whose channels are scaled for its targets.
#[derive(Debug)]
pub(crate) struct Plan {
    /// The network with factors in its weights.
    pub(crate) network: Network,
    /// The factor of each layer's channels.
    pub(crate) factors: Vec<Vec<f64>>,
    /// The ranges of its layers on the calibration images.
    pub(crate) ranges: Vec<Range>,
    /// For each layer, the layer that rescales its accumulators: itself, or one after it.
    pub(crate) ends: Vec<LayerId>,
    /// For each layer that rescales accumulators to whole bytes, how.
    pub(crate) targets: Vec<Option<Target>>,
    /// For each linear layer, by how many bits its weights are coarser than its target asks for.
    pub(crate) coarser: Vec<i32>,
    /// For each layer and channel, whether values beyond the target's interval are clipped though the float network does
    /// not clip them.
    pub(crate) saturating: Vec<Vec<bool>>,
}

impl Plan {
    /// The network as it is, without targets.
    pub(crate) fn exact(network: &Network, calibration: &Calibration) -> Self {
        let layers = network.layers.len();
        let factors = network
            .layers
            .iter()
            .map(|layer| vec![1.0; layer.shape.channels()]);
        Self {
            network: network.clone(),
            factors: factors.collect(),
            ranges: calibration.ranges.clone(),
            ends: (0..layers).collect(),
            targets: vec![None; layers],
            coarser: vec![0; layers],
            saturating: vec![Vec::new(); layers],
        }
    }

    /// Activations of `bytes[l]` bytes after layer `l`, and weights whose rounding changes a
    /// layer's largest output in calibration by about one part in `2^weight_bits`, or less.
    pub(crate) fn saturated(
        network: &Network,
        calibration: &Calibration,
        bytes: &[u8],
        weight_bits: i32,
    ) -> Self {
        let mut plan = Self::with_bytes(network, calibration, bytes);
        let powers = rewrite::powers(&calibration.powers, &plan.factors);
        shifts::choose(&mut plan, &powers, weight_bits);
        plan
    }

    /// The bytes and shifts of `choice`.
    pub(crate) fn chosen(network: &Network, calibration: &Calibration, choice: &Choice) -> Self {
        let mut plan = Self::with_bytes(network, calibration, &choice.bytes);
        for (target, shift) in plan.targets.iter_mut().zip(&choice.shifts) {
            if let Some(target) = target {
                target.shift = *shift;
            }
        }
        plan.coarser.clone_from(&choice.coarser);
        plan
    }

    fn with_bytes(network: &Network, calibration: &Calibration, bytes: &[u8]) -> Self {
        let ends = chains::ends(network, bytes);
        let scaled = factors::factors(network, calibration, &ends, bytes);
        Self {
            network: rewrite::scaled(network, &scaled.factors),
            ranges: rewrite::ranges(&calibration.channels, &scaled.factors),
            ends,
            targets: scaled.targets,
            coarser: vec![0; network.layers.len()],
            saturating: scaled.saturating,
            factors: scaled.factors,
        }
    }

    /// How the accumulators of `layer` will be rescaled.
    pub(crate) fn target(&self, layer: LayerId) -> Option<Target> {
        self.targets[self.ends[layer]]
    }
}
