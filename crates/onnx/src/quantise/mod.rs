//! Floating point → integers: picks a scale for every tensor and builds the graph.
//!
//! Activations get [`ACTIVATION_BITS`] bits for the range that calibration saw. A linear layer's
//! accumulators are finer by [`Rescale`]'s shift, which decides the scale of its weights:
//!
//! ```text
//! weight scale = output scale + shift − input scale
//! ```
//!
//! The rescale itself comes as late as it can: after a max pool, where there are fewer cells. The
//! logits are accumulators, so the comparison of classes is not rounded at all.

mod table;

use crate::calibrate::Range;
use crate::error::ImportError;
use crate::network::{Kind, LayerId, Linear, Network};
use table::table_scale;
use zklens_model::{
    Add, AveragePool, Clip, Concat, Conv2d, Dense, Graph, GraphBuilder, GraphError, Interval,
    LeftShift, MaxPool, NodeId, Op, Preprocessing, Relu, Rescale, Reshape, Weights, Window,
};

/// Bits of the largest activation that calibration saw.
const ACTIVATION_BITS: i32 = 12;
/// An activation is at most this wide whatever the image; what could exceed it is clipped.
const MAX_ACTIVATION_BITS: u32 = 24;
/// Tensors of different scales that are added or concatenated meet at the finest scale at which
/// what calibration saw of them has this many bits.
const ALIGNED_BITS: i32 = 20;
/// How far beyond calibration a clip lies, in bits.
const CLIP_MARGIN_BITS: i32 = 4;
/// Accumulators are added as they are while each has fewer bits.
const MAX_SUM_BITS: u32 = 60;
/// A layer's largest weight has at most this many bits.
const MAX_WEIGHT_BITS: i32 = 20;

/// A quantised network and where its layers went.
pub(crate) struct Quantised {
    pub(crate) graph: Graph,
    /// For every layer, the node of its output.
    pub(crate) nodes: Vec<NodeId>,
    /// For every node, the layer that it computes, or that needs it.
    pub(crate) owners: Vec<LayerId>,
    /// Clips that the float network does not have, each with the layer whose values it clips.
    pub(crate) saturating: Vec<(LayerId, NodeId)>,
}

/// Quantises `network`, whose layers take the values `ranges` on real images. Where a shift of 8
/// leaves a layer's largest weight fewer than `weight_bits` bits, the shift is 16.
pub(crate) fn quantise(
    network: &Network,
    ranges: &[Range],
    preprocessing: Preprocessing,
    weight_bits: i32,
) -> Result<Quantised, ImportError> {
    let fault = |error: GraphError| ImportError::Quantise {
        layer: "image".into(),
        reason: error.to_string(),
    };
    let mut quantiser = Quantiser {
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

/// Where a layer's output is.
#[derive(Clone, Copy, Debug)]
struct Placed {
    node: NodeId,
    /// The rescale still owed.
    shift: Option<u32>,
}

struct Quantiser<'a> {
    network: &'a Network,
    ranges: &'a [Range],
    weight_bits: i32,
    uses: Vec<usize>,
    builder: GraphBuilder,
    placed: Vec<Placed>,
    saturating: Vec<(LayerId, NodeId)>,
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
            Kind::Relu => {
                let input = self.narrow(layer.inputs[0])?;
                self.push(Op::Relu(Relu), &[input]).map(done)
            }
            Kind::Clip { lo, hi } => self.clip(id, *lo, *hi).map(done),
            Kind::Curve(curve) => self.table(id, curve).map(done),
            Kind::Add => {
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

    /// A dense layer or convolution: accumulators, with the rescale owed.
    fn linear(
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
        let output_scale = self.output_scale(id);
        let weight_scale = |shift: i32| {
            let wanted = output_scale.saturating_add(shift) - input_scale;
            wanted.min(MAX_WEIGHT_BITS - weight_bits)
        };
        let is_exact = weight_scale(8) >= 0 && linear.weights.iter().all(|w| w.fract() == 0.0);
        let is_fine = is_exact || weight_scale(8) + weight_bits >= self.weight_bits;
        let shift = if is_fine { 8 } else { 16 };
        let weight_scale = weight_scale(shift);
        let weights = linear.weights.iter().map(|w| fixed(*w, weight_scale));
        let weights: Result<Vec<i32>, _> = weights.map(i32::try_from).collect();
        let weights = weights.map_err(|_| format!("its weights reach {largest}"))?;
        let bias = linear
            .bias
            .iter()
            .map(|b| fixed(*b, input_scale + weight_scale));
        let node = self.push(
            op(Weights::new(weights), weight_scale, bias.collect()),
            &[input],
        )?;
        let shift = Some(if shift == 8 { 8 } else { 16 });
        Ok(Placed { node, shift })
    }

    fn average_pool(&mut self, id: LayerId, window: Window) -> Result<Placed, String> {
        let input = self.narrow(self.network.layers[id].inputs[0])?;
        let area = window.area();
        // A small power of two only makes the scale finer. Otherwise the mean is rounded once, at a
        // scale so fine that the multiplier has 10 bits, if the mean stays narrow enough.
        let room = ALIGNED_BITS - self.scale(input) - bits(self.ranges[id].magnitude());
        let wanted = (area.next_power_of_two().ilog2() as i32 - 6)
            .min(room)
            .max(0);
        let (multiplier_scale, shift) = match area {
            1 | 2 | 4 => (area.ilog2() as i32, None),
            _ if area.is_power_of_two() && area <= 1 << 8 => (8, Some(8)),
            _ => (16 + wanted, Some(16)),
        };
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
    fn keep_wide(&mut self, id: LayerId, op: Op) -> Result<Placed, String> {
        let input = self.network.layers[id].inputs[0];
        if self.uses[input] > 1 {
            self.narrow(input)?;
        }
        let Placed { node, shift } = self.placed[input];
        let node = self.push(op, &[node])?;
        Ok(Placed { node, shift })
    }

    /// The sum of fully connected layers as accumulators, if nothing else uses these and they fit: a
    /// layer on several tensors side by side is split into those.
    fn wide_sum(&mut self, layers: &[LayerId]) -> Result<Option<Placed>, String> {
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
        // An open side lies at the input's bound, or at the other side if that is beyond it.
        let hi = bound(hi, bounds.hi.max(bound(lo, bounds.hi)));
        let lo = bound(lo, bounds.lo.min(hi));
        let bounds = Interval { lo, hi };
        self.push(Op::Clip(Clip { bounds }), &[input])
    }

    /// The same values at `scale`.
    fn bring_to(&mut self, mut node: NodeId, scale: i32) -> Result<NodeId, String> {
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

    /// The same values at `scale`, which is at least their own.
    fn refined(&mut self, mut node: NodeId, scale: i32) -> Result<NodeId, String> {
        while self.scale(node) < scale {
            let missing = (scale - self.scale(node)).unsigned_abs();
            let bits = missing.min(LeftShift::MAX_BITS);
            node = self.push(Op::LeftShift(LeftShift { bits }), &[node])?;
        }
        Ok(node)
    }

    /// The outputs of `layers`, all at the finest of their scales, or at the finest that leaves
    /// the largest of them [`ALIGNED_BITS`].
    fn aligned(&mut self, layers: &[LayerId]) -> Result<Vec<NodeId>, String> {
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

    /// The layer's output as activations: rescaled, if that was owed.
    fn narrow(&mut self, id: LayerId) -> Result<NodeId, String> {
        let Placed { node, shift } = self.placed[id];
        let Some(shift) = shift else {
            return Ok(node);
        };
        let first = self.owners.len();
        let node = self.push(Op::Rescale(Rescale { shift }), &[node])?;
        let node = self.saturate(id, node)?;
        self.owners[first..].fill(id);
        self.placed[id] = Placed { node, shift: None };
        Ok(node)
    }

    /// Clips far beyond what calibration saw, if some image could make the value too wide.
    fn saturate(&mut self, id: LayerId, node: NodeId) -> Result<NodeId, String> {
        if self.bounds(node).magnitude_bits() <= MAX_ACTIVATION_BITS {
            return Ok(node);
        }
        let seen = bits(self.ranges[id].magnitude()) + self.scale(node);
        let width = (seen + CLIP_MARGIN_BITS).clamp(ACTIVATION_BITS, MAX_ACTIVATION_BITS as i32);
        let hi = (1i64 << width) - 1;
        let bounds = Interval { lo: -hi, hi };
        let clip = self.push(Op::Clip(Clip { bounds }), &[node])?;
        self.saturating.push((id, clip));
        Ok(clip)
    }

    /// The scale wanted for a linear layer's activations: from the range of what follows up to the
    /// next layer that needs them rescaled.
    fn output_scale(&self, id: LayerId) -> i32 {
        let mut last = id;
        loop {
            let only_user = self
                .network
                .layers
                .iter()
                .position(|l| l.inputs.contains(&last));
            let only_user = only_user.filter(|_| self.uses[last] == 1);
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

    fn push(&mut self, op: Op, inputs: &[NodeId]) -> Result<NodeId, String> {
        let node = self
            .builder
            .push(op, inputs)
            .map_err(|error| error.to_string())?;
        // The layer that is being placed comes after all that are.
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

/// No clip reaches further.
const WIDEST: i64 = 1 << 40;

/// Means are multiplied by at least this, so that they are off by at most 1 in 256.
const MIN_MULTIPLIER: i32 = 1 << 7;

/// What a layer's values and weights may reach, in bits.
const MAX_REAL_BITS: i32 = 32;

/// Whether a layer's numbers are such that scales can be picked for them.
fn check(kind: &Kind, range: Range) -> Result<(), String> {
    let reach = range.magnitude();
    let limit = f64::from(MAX_REAL_BITS).exp2();
    if reach > limit || (reach > 0.0 && reach < limit.recip()) {
        return Err(format!(
            "its values reach {reach:.1e} on the calibration images; between {:.1e} and {limit:.1e} is \
             supported",
            limit.recip()
        ));
    }
    let (Kind::Dense(linear) | Kind::Conv { linear, .. }) = kind else {
        return Ok(());
    };
    let numbers = linear.weights.iter().chain(&linear.bias);
    let largest = numbers.fold(0.0f64, |max, x| {
        if x.is_nan() {
            f64::INFINITY
        } else {
            max.max(f64::from(x.abs()))
        }
    });
    if largest > limit {
        return Err(format!(
            "its weights or biases reach {largest:.1e}; at most {limit:.1e} is supported"
        ));
    }
    Ok(())
}

/// The least `b` with `x < 2^b`, within reason. Nothing is known of what is always zero.
fn bits(x: f64) -> i32 {
    if x == 0.0 {
        return 0;
    }
    let bits = (x.log2().floor() as i32).saturating_add(1);
    bits.clamp(-MAX_REAL_BITS, MAX_REAL_BITS)
}

fn fixed(x: f32, scale: i32) -> i64 {
    (f64::from(x) * f64::from(scale).exp2()).round() as i64
}
