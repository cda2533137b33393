//! Layers whose outputs are accumulators: linear ones, means, and layers that take accumulators as
//! they are.

use super::reach::{bits, fixed};
use super::{ALIGNED_BITS, MAX_ACTIVATION_BITS, Placed, Quantiser};
use crate::network::{Kind, LayerId, Linear};
use zklens_model::{Add, AveragePool, Op, Weights, Window};

/// Accumulators are added as they are if each has fewer bits than this.
const MAX_SUM_BITS: u32 = 60;
/// The most bits of a layer's largest weight.
const MAX_WEIGHT_BITS: i32 = 20;

/// The least multiplier of a mean, so that the mean is off by at most 1 in 256.
const MIN_MULTIPLIER: i32 = 1 << 7;

impl Quantiser<'_> {
    /// A dense layer or convolution. It gives accumulators, and the rescale follows later.
    pub(super) fn linear(
        &mut self,
        id: LayerId,
        linear: &Linear,
        op: impl FnOnce(Weights, i32, Vec<i64>) -> Op,
    ) -> Result<Placed, String> {
        let input = self.narrow(self.network.layers[id].inputs[0])?;
        let input_scale = self.scale(input);
        let largest = linear
            .weights
            .iter()
            .fold(0.0f32, |max, w| max.max(w.abs()));
        let weight_bits = bits(f64::from(largest));
        let target = self.plan.target(id);
        let output_scale = target.map_or_else(|| self.output_scale(id), |target| target.scale);
        let weight_scale = |shift: i32| {
            let wanted = output_scale.saturating_add(shift) - input_scale;
            wanted.min(MAX_WEIGHT_BITS - weight_bits)
        };
        let is_exact = weight_scale(8) >= 0 && linear.weights.iter().all(|w| w.fract() == 0.0);
        let is_fine = is_exact || weight_scale(8) + weight_bits >= self.weight_bits;
        let shift = match target {
            Some(target) => target.shift as i32,
            None if is_fine => 8,
            None => 16,
        };
        let weight_scale = weight_scale(shift) - self.plan.coarser[id];
        let weights = linear
            .weights
            .iter()
            .map(|w| i32::try_from(fixed(*w, weight_scale)))
            .collect::<Result<Vec<_>, _>>()
            .map_err(|_| format!("its weights reach {largest}"))?;
        let bias = linear
            .bias
            .iter()
            .map(|b| fixed(*b, input_scale + weight_scale));
        let node = self.push(
            op(Weights::new(weights), weight_scale, bias.collect()),
            &[input],
        )?;
        let node = match target {
            Some(_) => self.refined(node, output_scale + shift)?,
            None => node,
        };
        let shift = Some(if shift == 8 { 8 } else { 16 });
        Ok(Placed { node, shift })
    }

    pub(super) fn average_pool(&mut self, id: LayerId, window: Window) -> Result<Placed, String> {
        let input = self.narrow(self.network.layers[id].inputs[0])?;
        let area = window.area();
        // A division by a small power of two only makes the scale finer. Otherwise the mean is
        // rounded once, at a scale that gives the multiplier 10 bits if the mean then stays narrow
        // enough.
        let room = ALIGNED_BITS - self.scale(input) - bits(self.ranges[id].magnitude());
        let wanted = (area.next_power_of_two().ilog2() as i32 - 6)
            .min(room)
            .max(0);
        let (multiplier_scale, shift) = match area {
            1 | 2 | 4 => (area.ilog2() as i32, None),
            _ if area.is_power_of_two() && area <= 1 << 8 => (8, Some(8)),
            _ => (16 + wanted, Some(16)),
        };
        let targeted = self.plan.target(id).map(|target| {
            let finer = target.scale + target.shift as i32 - self.scale(input);
            (finer, Some(target.shift))
        });
        let (multiplier_scale, shift) = targeted.unwrap_or((multiplier_scale, shift));
        let multiplier = (f64::from(multiplier_scale).exp2() / area as f64).round() as i32;
        let is_exact = area.is_power_of_two() && multiplier > 0;
        if multiplier < MIN_MULTIPLIER && !is_exact {
            return Err(format!("a window of {area} cells is too large to average"));
        }
        let op = Op::AveragePool(AveragePool {
            window,
            multiplier,
            multiplier_scale,
        });
        let node = self.push(op, &[input])?;
        Ok(Placed { node, shift })
    }

    /// A layer that works on accumulators as well as on activations.
    pub(super) fn keep_wide(&mut self, id: LayerId, op: Op) -> Result<Placed, String> {
        let input = self.network.layers[id].inputs[0];
        if self.uses[input] > 1 {
            self.narrow(input)?;
        }
        let Placed { node, shift } = self.placed[input];
        let node = self.push(op, &[node])?;
        Ok(Placed { node, shift })
    }

    /// The sum of fully connected layers, added as accumulators. `None` if another layer uses one
    /// of them, or the sum is too wide. (Such sums arise where a layer on several tensors side by
    /// side was split.)
    pub(super) fn wide_sum(&mut self, layers: &[LayerId]) -> Result<Option<Placed>, String> {
        let is_part = |id: &LayerId| {
            let kind = &self.network.layers[*id].kind;
            let is_linear = matches!(kind, Kind::Dense(_) | Kind::Add);
            is_linear && self.uses[*id] == 1 && self.placed[*id].shift.is_some()
        };
        if !layers.iter().all(is_part) {
            return Ok(None);
        }
        let mut parts = layers.iter().map(|id| self.placed[*id]);
        let finest = parts.clone().max_by_key(|part| self.scale(part.node));
        let Some(Placed { node, shift }) = finest else {
            return Ok(None);
        };
        let scale = self.scale(node);
        let fits = parts.all(|part| {
            let missing = (scale - self.scale(part.node)).unsigned_abs();
            missing <= MAX_ACTIVATION_BITS
                && self.bounds(part.node).magnitude_bits() + missing < MAX_SUM_BITS
        });
        if !fits {
            return Ok(None);
        }
        let mut nodes = Vec::with_capacity(layers.len());
        for id in layers {
            nodes.push(self.refined(self.placed[*id].node, scale)?);
        }
        let node = self.push(Op::Add(Add), &nodes)?;
        Ok(Some(Placed { node, shift }))
    }
}
