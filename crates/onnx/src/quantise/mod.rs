//! From floating point to integers: picks a scale for every tensor and builds the graph.
//!
//! Activations get [`ACTIVATION_BITS`] bits for the range that calibration saw. A linear layer's
//! accumulators are finer by [`Rescale`](zklens_model::Rescale)'s shift, which decides the scale of
//! its weights:
//!
//! ```text
//! weight scale = output scale + shift − input scale
//! ```
//!
//! The rescale itself comes late, after a max pool, where fewer cells are left. The logits are
//! accumulators, so the comparison of classes is not rounded at all.

mod linear;
mod reach;
mod scale;
mod sum;
mod table;

use crate::calibrate::Range;
use crate::error::ImportError;
use crate::network::Network;
use crate::network::{Kind, LayerId};
use crate::plan::Plan;
use reach::{check, fixed};
use zklens_model::{
    Add, Clip, Concat, Conv2d, Dense, Graph, GraphBuilder, GraphError, Interval, MaxPool, NodeId,
    Op, Preprocessing, Relu, Reshape,
};

/// The bits of the largest activation seen in calibration.
const ACTIVATION_BITS: i32 = 12;
/// The most bits of an activation on any image. Activations that could have more are clipped.
const MAX_ACTIVATION_BITS: u32 = 24;
/// Tensors of different scales are brought to one scale before they are added or concatenated: the
/// finest at which their largest value seen in calibration has at most this number of bits.
const ALIGNED_BITS: i32 = 20;

/// A quantised network, and the places of its layers in the graph.
pub(crate) struct Quantised {
    pub(crate) graph: Graph,
    /// For every layer, the node of its output.
    pub(crate) nodes: Vec<NodeId>,
    /// For every node, the layer that it is part of.
    pub(crate) owners: Vec<LayerId>,
    /// Clips that the float network does not have.
    pub(crate) saturating: Vec<Saturating>,
}

/// A clip that the float network does not have.
#[derive(Debug)]
pub(crate) struct Saturating {
    /// The layer whose values it clips.
    pub(crate) layer: LayerId,
    /// The clip.
    pub(crate) node: NodeId,
    /// Whether values below the clip count. (They do not if the clip also does a ReLU's work.)
    pub(crate) below: bool,
    /// For each channel, whether values count; empty if all do.
    pub(crate) channels: Vec<bool>,
}

impl Saturating {
    const fn new(layer: LayerId, node: NodeId) -> Self {
        Self {
            layer,
            node,
            below: true,
            channels: Vec::new(),
        }
    }
}

/// Quantises the network of `plan`. The rescale of a layer without target shifts by 8 bits, or by 16
/// if its largest weight would otherwise have fewer than `weight_bits` bits.
pub(crate) fn quantise(
    plan: &Plan,
    preprocessing: Preprocessing,
    weight_bits: i32,
) -> Result<Quantised, ImportError> {
    let fault = |error: GraphError| ImportError::Quantise {
        layer: "image".into(),
        reason: error.to_string(),
    };
    let Plan {
        network, ranges, ..
    } = plan;
    let mut quantiser = Quantiser {
        plan,
        network,
        ranges,
        weight_bits,
        uses: network.uses(),
        builder: GraphBuilder::new(preprocessing).map_err(fault)?,
        placed: Vec::new(),
        saturating: Vec::new(),
        owners: vec![0],
    };
    for (id, (layer, range)) in network.layers.iter().zip(ranges).enumerate() {
        let placed = check(&layer.kind, *range)
            .and_then(|()| quantiser.place(id))
            .map_err(|reason| ImportError::Quantise {
                layer: layer.name.clone(),
                reason,
            })?;
        quantiser.placed.push(placed);
    }
    Ok(Quantised {
        nodes: quantiser.placed.iter().map(|placed| placed.node).collect(),
        saturating: quantiser.saturating,
        owners: quantiser.owners,
        graph: quantiser.builder.finish().map_err(fault)?,
    })
}

/// The place of a layer's output in the graph.
#[derive(Clone, Copy, Debug)]
struct Placed {
    node: NodeId,
    /// The shift of the rescale that has still to follow; `None` after it.
    shift: Option<u32>,
}

struct Quantiser<'a> {
    plan: &'a Plan,
    network: &'a Network,
    ranges: &'a [Range],
    weight_bits: i32,
    uses: Vec<usize>,
    builder: GraphBuilder,
    placed: Vec<Placed>,
    saturating: Vec<Saturating>,
    owners: Vec<LayerId>,
}

impl Quantiser<'_> {
    fn place(&mut self, id: LayerId) -> Result<Placed, String> {
        let layer = &self.network.layers[id];
        let done = |node| Placed { node, shift: None };
        match &layer.kind {
            Kind::Input => Ok(done(GraphBuilder::INPUT)),
            Kind::Dense(linear) => self.linear(id, linear, |weights, weight_scale, bias| {
                Op::Dense(Dense {
                    weights,
                    weight_scale,
                    bias,
                })
            }),
            Kind::Conv {
                linear,
                window,
                groups,
            } => self.linear(id, linear, |weights, weight_scale, bias| {
                Op::Conv2d(Conv2d {
                    weights,
                    weight_scale,
                    bias,
                    window: *window,
                    groups: *groups,
                })
            }),
            Kind::AveragePool(window) => self.average_pool(id, *window),
            Kind::MaxPool(window) => self.keep_wide(id, Op::MaxPool(MaxPool { window: *window })),
            Kind::Reshape => {
                let shape = [
                    layer.shape.channels(),
                    layer.shape.height(),
                    layer.shape.width(),
                ];
                self.keep_wide(id, Op::Reshape(Reshape { shape }))
            }
            Kind::Relu | Kind::Clip { .. } if self.plan.targets[id].is_some() => {
                let Placed { node, shift } = self.placed[layer.inputs[0]];
                self.placed.push(Placed { node, shift });
                let node = self.narrow(id)?;
                self.placed.pop();
                Ok(done(node))
            }
            Kind::Relu => {
                let input = self.narrow(layer.inputs[0])?;
                self.push(Op::Relu(Relu), &[input]).map(done)
            }
            Kind::Clip { lo, hi } => self.clip(id, *lo, *hi).map(done),
            Kind::Curve(curve) => self.table(id, curve).map(done),
            Kind::Add => {
                if let Some(target) = self.plan.target(id) {
                    return self.sum(id, target);
                }
                if let Some(sum) = self.wide_sum(&layer.inputs)? {
                    return Ok(sum);
                }
                let inputs = self.aligned(&layer.inputs)?;
                let node = self.push(Op::Add(Add), &inputs)?;
                self.saturate(id, node).map(done)
            }
            Kind::Concat => {
                let inputs = self.aligned(&layer.inputs)?;
                self.push(Op::Concat(Concat), &inputs).map(done)
            }
            Kind::Product => self.product(id),
            Kind::Affine { .. } | Kind::Pad(_) | Kind::Select(_) => Err("it was not folded".into()),
        }
    }

    fn clip(&mut self, id: LayerId, lo: f32, hi: f32) -> Result<NodeId, String> {
        let input = self.narrow(self.network.layers[id].inputs[0])?;
        let (scale, bounds) = (self.scale(input), self.bounds(input));
        let bound = |value: f32, open: i64| {
            if value.is_finite() {
                fixed(value, scale).clamp(-WIDEST, WIDEST)
            } else {
                open
            }
        };
        // A side without a bound gets the input's bound, or the other side's if that is beyond it.
        let hi = bound(hi, bounds.hi.max(bound(lo, bounds.hi)));
        let lo = bound(lo, bounds.lo.min(hi));
        let bounds = Interval { lo, hi };
        self.push(Op::Clip(Clip { bounds }), &[input])
    }

    fn push(&mut self, op: Op, inputs: &[NodeId]) -> Result<NodeId, String> {
        let node = self
            .builder
            .push(op, inputs)
            .map_err(|error| error.to_string())?;
        // The layer that is being placed is the next one.
        self.owners.resize(node + 1, self.placed.len());
        Ok(node)
    }

    fn scale(&self, node: NodeId) -> i32 {
        self.builder.tensor(node).map_or(0, |tensor| tensor.scale)
    }

    fn bounds(&self, node: NodeId) -> Interval {
        self.builder
            .tensor(node)
            .map_or(Interval::ZERO, |tensor| tensor.bounds)
    }
}

/// The greatest bound of a clip.
const WIDEST: i64 = 1 << 40;
