//! The network in floating point. ONNX graphs are lowered to it; it is then folded and calibrated.

use crate::curve::Curve;
use zklens_model::{Shape, Window};

/// A layer's position in its network. Layer 0 is the input.
pub(crate) type LayerId = usize;

/// The layers of a network, each after its inputs.
#[derive(Clone, Debug)]
pub(crate) struct Network {
    pub(crate) layers: Vec<Layer>,
    /// The layer that gives the logits.
    pub(crate) output: LayerId,
}

#[derive(Clone, Debug)]
pub(crate) struct Layer {
    /// The ONNX node's name.
    pub(crate) name: String,
    pub(crate) kind: Kind,
    pub(crate) inputs: Vec<LayerId>,
    pub(crate) shape: Shape,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Kind {
    Input,
    Dense(Linear),
    Conv {
        linear: Linear,
        window: Window,
        groups: usize,
    },
    /// `scale[c]·x + offset[c]` in every cell of channel `c`.
    Affine {
        scale: Vec<f32>,
        offset: Vec<f32>,
    },
    Relu,
    Clip {
        lo: f32,
        hi: f32,
    },
    Curve(Curve),
    MaxPool(Window),
    AveragePool(Window),
    /// Zeros around every channel, as the padding of a window of one cell with stride 1.
    Pad(Window),
    Add,
    Concat,
    Reshape,
    Select(Select),
    /// The product of two tensors of the same shape, cell by cell. The second may instead have one
    /// cell per channel, which multiplies the whole channel.
    Product,
}

/// The weights `[outputs][…]` of a layer, and a bias per output.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Linear {
    pub(crate) weights: Vec<f32>,
    pub(crate) bias: Vec<f32>,
}

/// A choice of the input's cells, by channel, row and column.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Select {
    /// For each channel of the output, that of the input; `None` for a channel of zeros.
    pub(crate) channels: Vec<Option<usize>>,
    pub(crate) rows: Vec<usize>,
    pub(crate) columns: Vec<usize>,
    /// The name of the ONNX node that makes the choice, and its operator.
    pub(crate) by: [String; 2],
}

impl Select {
    fn run(&self, shape: Shape, x: &[f32]) -> Vec<f32> {
        let channels = self.channels.iter();
        let cells = channels.flat_map(|channel| {
            let plane = channel.map(|channel| &x[channel * shape.area()..]);
            self.rows.iter().flat_map(move |row| {
                let columns = self.columns.iter();
                columns.map(move |column| {
                    plane.map_or(0.0, |plane| plane[row * shape.width() + column])
                })
            })
        });
        cells.collect()
    }
}

impl Kind {
    /// The operator's name in reports.
    pub(crate) const fn name(&self) -> &'static str {
        match self {
            Self::Input => "Input",
            Self::Dense(_) => "Dense",
            Self::Conv { .. } => "Conv2d",
            Self::Affine { .. } => "Affine",
            Self::Relu => "Relu",
            Self::Clip { .. } => "Clip",
            Self::Curve(curve) => curve.name(),
            Self::MaxPool(_) => "MaxPool",
            Self::AveragePool(_) => "AveragePool",
            Self::Pad(_) => "Pad",
            Self::Add => "Add",
            Self::Concat => "Concat",
            Self::Reshape => "Reshape",
            Self::Select(_) => "Select",
            Self::Product => "Product",
        }
    }

    /// Whether a larger input never gives a smaller output, so that the layer commutes with max
    /// pooling.
    pub(crate) fn is_increasing(&self) -> bool {
        match self {
            Self::Relu | Self::Clip { .. } => true,
            Self::Curve(curve) => curve.is_increasing(),
            _ => false,
        }
    }

    /// The number of weights.
    pub(crate) const fn weights(&self) -> usize {
        match self {
            Self::Dense(linear) | Self::Conv { linear, .. } => linear.weights.len(),
            Self::Affine { scale, .. } => scale.len(),
            _ => 0,
        }
    }

    /// Floating-point operations of one run, roughly.
    pub(crate) fn work(&self, output: Shape) -> usize {
        match self {
            Self::Dense(linear) => linear.weights.len(),
            Self::Conv { linear, .. } => linear.weights.len().saturating_mul(output.area()),
            Self::MaxPool(window) | Self::AveragePool(window) => {
                window.area().saturating_mul(output.len())
            }
            Self::Curve(Curve::Composed(formula)) => formula.len().saturating_mul(output.len()),
            _ => output.len(),
        }
    }
}

impl Network {
    /// Floating-point operations of one run, roughly.
    pub(crate) fn work(&self) -> usize {
        let layers = self.layers.iter();
        layers.fold(0, |sum, layer| {
            sum.saturating_add(layer.kind.work(layer.shape))
        })
    }

    /// For each layer, how often it is an input of another. The network's output counts as one more
    /// use.
    pub(crate) fn uses(&self) -> Vec<usize> {
        let mut uses = vec![0; self.layers.len()];
        for input in self.layers.iter().flat_map(|layer| &layer.inputs) {
            uses[*input] += 1;
        }
        uses[self.output] += 1;
        uses
    }

    /// Runs the network on pixels `0…255`, and returns the output of every layer.
    pub(crate) fn run(&self, pixels: &[u8]) -> Vec<Vec<f32>> {
        let mut outputs: Vec<Vec<f32>> = Vec::with_capacity(self.layers.len());
        for layer in &self.layers {
            let output = if layer.kind == Kind::Input {
                pixels.iter().map(|v| f32::from(*v)).collect()
            } else {
                let inputs: Vec<_> = layer
                    .inputs
                    .iter()
                    .map(|id| (self.layers[*id].shape, outputs[*id].as_slice()))
                    .collect();
                layer.run(&inputs)
            };
            outputs.push(output);
        }
        outputs
    }

    /// The logits if layer `changed` gave `cells`, after a run that gave `outputs`.
    pub(crate) fn rerun(
        &self,
        outputs: &[Vec<f32>],
        changed: LayerId,
        cells: Vec<f32>,
    ) -> Vec<f32> {
        let mut new: Vec<Option<Vec<f32>>> = vec![None; self.layers.len()];
        new[changed] = Some(cells);
        let mut last_use: Vec<LayerId> = (0..self.layers.len()).collect();
        for (id, layer) in self.layers.iter().enumerate() {
            layer.inputs.iter().for_each(|input| last_use[*input] = id);
        }
        for (id, layer) in self.layers.iter().enumerate().skip(changed + 1) {
            if !layer.inputs.iter().any(|input| new[*input].is_some()) {
                continue;
            }
            let input = |input: &LayerId| {
                let cells = new[*input].as_ref().unwrap_or(&outputs[*input]);
                (self.layers[*input].shape, cells.as_slice())
            };
            let output = layer.run(&layer.inputs.iter().map(input).collect::<Vec<_>>());
            let done = layer.inputs.iter().filter(|input| last_use[**input] == id);
            done.for_each(|input| new[*input] = None);
            new[id] = Some(output);
        }
        let logits = new[self.output].take();
        logits.unwrap_or_else(|| outputs[self.output].clone())
    }
}

impl Layer {
    pub(crate) fn run(&self, inputs: &[(Shape, &[f32])]) -> Vec<f32> {
        let (shape, x) = inputs[0];
        match &self.kind {
            Kind::Input | Kind::Reshape => x.to_vec(),
            Kind::Dense(linear) => {
                let rows = linear.weights.chunks(x.len());
                let dot = |row: &[f32]| row.iter().zip(x).map(|(w, x)| w * x).sum::<f32>();
                rows.zip(&linear.bias)
                    .map(|(row, b)| dot(row) + b)
                    .collect()
            }
            Kind::Conv {
                linear,
                window,
                groups,
            } => self.convolve(linear, window, *groups, shape, x),
            Kind::Affine { scale, offset } => {
                let channels = x.chunks(shape.area()).zip(scale.iter().zip(offset));
                channels
                    .flat_map(|(cells, (s, o))| cells.iter().map(move |x| s * x + o))
                    .collect()
            }
            Kind::Relu => x.iter().map(|x| x.max(0.0)).collect(),
            Kind::Clip { lo, hi } => x.iter().map(|x| x.max(*lo).min(*hi)).collect(),
            Kind::Curve(curve) => x.iter().map(|x| curve.at(f64::from(*x)) as f32).collect(),
            Kind::MaxPool(window) => self.pool(window, shape, x, f32::NEG_INFINITY, f32::max),
            Kind::AveragePool(window) => {
                let mut sums = self.pool(window, shape, x, 0.0, |sum, x| sum + x);
                let area = window.area() as f32;
                sums.iter_mut().for_each(|sum| *sum /= area);
                sums
            }
            Kind::Pad(window) => self.pool(window, shape, x, 0.0, |_, x| x),
            Kind::Add => x.iter().zip(inputs[1].1).map(|(a, b)| a + b).collect(),
            Kind::Concat => inputs.iter().flat_map(|(_, x)| x.iter().copied()).collect(),
            Kind::Select(select) => select.run(shape, x),
            Kind::Product => {
                let (other, y) = inputs[1];
                let repeats = shape.area() / other.area();
                let y = y.iter().flat_map(|y| core::iter::repeat_n(y, repeats));
                x.iter().zip(y).map(|(x, y)| x * y).collect()
            }
        }
    }

    fn convolve(
        &self,
        linear: &Linear,
        window: &Window,
        groups: usize,
        shape: Shape,
        x: &[f32],
    ) -> Vec<f32> {
        let area = self.shape.area();
        let mut output: Vec<f32> = linear.bias.iter().flat_map(|b| vec![*b; area]).collect();
        if groups == 1 && area == shape.area() && window.area() == 1 {
            mix(linear, x, area, &mut output);
            return output;
        }
        let depth = shape.channels() / groups;
        let per_group = self.shape.channels() / groups;
        let kernels = linear.weights.chunks(window.area());
        for (index, kernel) in kernels.enumerate() {
            let (to, from) = (index / depth, index % depth);
            let from = from + to / per_group * depth;
            let plane = &mut output[to * area..][..area];
            let seen = &x[from * shape.area()..][..shape.area()];
            self.slide(window, shape, plane, seen, |tap, sum, x| {
                sum + kernel[tap] * x
            });
        }
        output
    }

    fn pool(
        &self,
        window: &Window,
        shape: Shape,
        x: &[f32],
        start: f32,
        step: impl Fn(f32, f32) -> f32,
    ) -> Vec<f32> {
        let mut output = vec![start; self.shape.len()];
        let planes = output.chunks_mut(self.shape.area());
        for (plane, seen) in planes.zip(x.chunks(shape.area())) {
            self.slide(window, shape, plane, seen, |_, sum, x| step(sum, x));
        }
        output
    }

    /// Combines the cells of `seen` under the window into the cells of `plane`, position by
    /// position.
    fn slide(
        &self,
        window: &Window,
        shape: Shape,
        plane: &mut [f32],
        seen: &[f32],
        step: impl Fn(usize, f32, f32) -> f32,
    ) {
        let (rows, columns) = (window.height, window.width);
        for tap in 0..window.area() {
            let ys = rows.taps(tap / columns.kernel, shape.height(), self.shape.height());
            let xs = columns.taps(tap % columns.kernel, shape.width(), self.shape.width());
            for y in 0..ys.count {
                let to = (ys.first_output + y) * self.shape.width() + xs.first_output;
                let from = (ys.first_input + y * rows.stride) * shape.width() + xs.first_input;
                for x in 0..xs.count {
                    let cell = &mut plane[to + x];
                    *cell = step(tap, *cell, seen[from + x * columns.stride]);
                }
            }
        }
    }
}

/// Cells of a channel that stay in the processor's cache while all channels are mixed.
const BLOCK: usize = 512;

/// Adds to `output` the weighted inputs of a convolution with kernels of one cell.
fn mix(linear: &Linear, x: &[f32], area: usize, output: &mut [f32]) {
    let depth = x.len() / area;
    let rows = || linear.weights.chunks(depth);
    for start in (0..area).step_by(BLOCK) {
        let cells = start..(start + BLOCK).min(area);
        let seen: Vec<&[f32]> = x.chunks(area).map(|plane| &plane[cells.clone()]).collect();
        for (row, plane) in rows().zip(output.chunks_mut(area)) {
            let sums = &mut plane[cells.clone()];
            for (weights, planes) in row.chunks(4).zip(seen.chunks(4)) {
                add_weighted(sums, weights, planes);
            }
        }
    }
}

/// Adds up to four weighted planes to `sums`.
fn add_weighted(sums: &mut [f32], weights: &[f32], planes: &[&[f32]]) {
    if let ([a, b, c, d], [p, q, r, s]) = (weights, planes) {
        let pairs = p.iter().zip(*q).zip(r.iter().zip(*s));
        for (sum, ((p, q), (r, s))) in sums.iter_mut().zip(pairs) {
            *sum += (a * p + b * q) + (c * r + d * s);
        }
        return;
    }
    for (weight, plane) in weights.iter().zip(planes) {
        for (sum, x) in sums.iter_mut().zip(*plane) {
            *sum += weight * x;
        }
    }
}
