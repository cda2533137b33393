//! Scales: brings tensors to a common one, and picks that of a layer's output.

use super::reach::bits;
use super::table::table_scale;
use super::{ACTIVATION_BITS, ALIGNED_BITS, MAX_ACTIVATION_BITS, Placed, Quantiser, Saturating};
use crate::network::{Kind, LayerId};
use zklens_model::{Clip, Interval, LeftShift, NodeId, Op, Rescale};

/// The bits by which a clip lies beyond the values seen in calibration.
const CLIP_MARGIN_BITS: i32 = 4;

impl Quantiser<'_> {
    /// The same values at `scale`.
    pub(super) fn bring_to(&mut self, mut node: NodeId, scale: i32) -> Result<NodeId, String> {
        while self.scale(node) - scale > 16 {
            node = self.push(Op::Rescale(Rescale { shift: 16 }), &[node])?;
        }
        let excess = self.scale(node) - scale;
        if excess == 0 {
            return Ok(node);
        }
        if excess < 0 {
            return self.refined(node, scale);
        }
        let shift = if excess <= 8 { 8 } else { 16 };
        let node = self.refined(node, scale + shift)?;
        self.push(
            Op::Rescale(Rescale {
                shift: shift as u32,
            }),
            &[node],
        )
    }

    /// The same values at `scale`, which must be at least their own scale.
    pub(super) fn refined(&mut self, mut node: NodeId, scale: i32) -> Result<NodeId, String> {
        while self.scale(node) < scale {
            let missing = (scale - self.scale(node)).unsigned_abs();
            let bits = missing.min(LeftShift::MAX_BITS);
            node = self.push(Op::LeftShift(LeftShift { bits }), &[node])?;
        }
        Ok(node)
    }

    /// The outputs of `layers`, all at one scale: the finest of theirs, or the finest at which the
    /// largest value has [`ALIGNED_BITS`], if that is coarser.
    pub(super) fn aligned(&mut self, layers: &[LayerId]) -> Result<Vec<NodeId>, String> {
        let mut nodes = Vec::new();
        for layer in layers {
            nodes.push(self.narrow(*layer)?);
        }
        let finest = nodes
            .iter()
            .map(|node| self.scale(*node))
            .max()
            .unwrap_or(0);
        let magnitudes = layers.iter().map(|layer| self.ranges[*layer].magnitude());
        let largest = bits(magnitudes.fold(0.0, f64::max));
        let scale = finest.min(ALIGNED_BITS - largest);
        for node in &mut nodes {
            *node = self.bring_to(*node, scale)?;
        }
        Ok(nodes)
    }

    /// The layer's output as activations. Adds the rescale if it has still to follow.
    pub(super) fn narrow(&mut self, id: LayerId) -> Result<NodeId, String> {
        let Placed { node, shift } = self.placed[id];
        let Some(shift) = shift else {
            return Ok(node);
        };
        let first = self.owners.len();
        let rescaled = self.push(Op::Rescale(Rescale { shift }), &[node])?;
        let node = match self.plan.targets[id] {
            Some(target) => self.clip_to(id, rescaled, target.interval)?,
            None => self.saturate(id, rescaled)?,
        };
        self.owners[first..].fill(id);
        self.placed[id] = Placed { node, shift: None };
        Ok(node)
    }

    /// Adds the clip of a target, if some image could make a value that lies outside.
    fn clip_to(&mut self, id: LayerId, node: NodeId, bounds: Interval) -> Result<NodeId, String> {
        if self.bounds(node).hull(bounds) == bounds {
            return Ok(node);
        }
        let clip = self.push(Op::Clip(Clip { bounds }), &[node])?;
        let channels = self.plan.saturating[id].clone();
        if channels.contains(&true) {
            self.saturating.push(Saturating {
                layer: id,
                node: clip,
                below: bounds.lo < 0,
                channels,
            });
        }
        Ok(clip)
    }

    /// Adds a clip far beyond the values seen in calibration, if some image could make a value too
    /// wide.
    pub(super) fn saturate(&mut self, id: LayerId, node: NodeId) -> Result<NodeId, String> {
        if self.bounds(node).magnitude_bits() <= MAX_ACTIVATION_BITS {
            return Ok(node);
        }
        let seen = bits(self.ranges[id].magnitude()) + self.scale(node);
        let width = (seen + CLIP_MARGIN_BITS).clamp(ACTIVATION_BITS, MAX_ACTIVATION_BITS as i32);
        let hi = (1i64 << width) - 1;
        let bounds = Interval { lo: -hi, hi };
        let clip = self.push(Op::Clip(Clip { bounds }), &[node])?;
        self.saturating.push(Saturating::new(id, clip));
        Ok(clip)
    }

    /// The scale for a linear layer's activations. It is picked from the range of the last layer
    /// that still works on accumulators: max pools, reshapes, ReLUs and clips that follow alone.
    pub(super) fn output_scale(&self, id: LayerId) -> i32 {
        let mut last = id;
        loop {
            let only_user = self
                .network
                .layers
                .iter()
                .position(|l| l.inputs.contains(&last))
                .filter(|_| self.uses[last] == 1);
            match only_user.map(|user| (user, &self.network.layers[user].kind)) {
                Some((user, Kind::MaxPool(_) | Kind::Reshape | Kind::Relu | Kind::Clip { .. })) => {
                    last = user;
                }
                Some((_, Kind::Curve(curve))) => return table_scale(curve, self.ranges[last]),
                _ => break,
            }
        }
        ACTIVATION_BITS - bits(self.ranges[last].magnitude())
    }
}
