//! The integer network once more: plain loops over 128-bit integers, written from what the
//! operators' documentation and the ONNX operator definitions say, not from how `zklens-model` does
//! it. Only the fields of the operators are read; shapes, scales and padding are worked out anew.

use zklens_model::{
    AveragePool, Axis, Clip, Conv2d, Dense, LookupTable, MaxPool, Model, Op, Pixels, Window,
};

/// One node's output.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tensor {
    /// `[channels, height, width]`.
    pub shape: [usize; 3],
    /// A value `X` stands for `X · 2^-scale`.
    pub scale: i64,
    /// The values, channel by channel, row by row.
    pub cells: Vec<i128>,
    /// What a `Rescale` left over; empty for every other operator.
    pub remainders: Vec<i128>,
}

impl Tensor {
    const fn new(shape: [usize; 3], scale: i64, cells: Vec<i128>) -> Self {
        let remainders = Vec::new();
        Self {
            shape,
            scale,
            cells,
            remainders,
        }
    }

    /// The cell of a channel at a row and column, or `None` in the padding.
    fn at(&self, channel: usize, row: i128, column: i128) -> Option<i128> {
        let [_, height, width] = self.shape;
        let row = usize::try_from(row).ok().filter(|row| *row < height)?;
        let column = usize::try_from(column).ok().filter(|c| *c < width)?;
        Some(self.cells[(channel * height + row) * width + column])
    }

    fn each(&self, scale: i64, map: impl Fn(i128) -> i128) -> Self {
        let cells = self.cells.iter().map(|x| map(*x)).collect();
        Self::new(self.shape, scale, cells)
    }
}

/// The output of every node of `model` on `pixels`.
///
/// # Panics
///
/// The model has an operator that is not written here.
#[must_use]
pub fn run(model: &Model, pixels: &Pixels) -> Vec<Tensor> {
    let mut tensors: Vec<Tensor> = Vec::new();
    for node in model.graph().nodes() {
        let inputs: Vec<&Tensor> = node.inputs().iter().map(|id| &tensors[*id]).collect();
        let tensor = match node.op() {
            Op::Input => input(pixels),
            op => apply(op, &inputs),
        };
        tensors.push(tensor);
    }
    tensors
}

fn input(pixels: &Pixels) -> Tensor {
    let cells = pixels.values().iter().map(|v| i128::from(*v));
    Tensor::new(pixels.shape().map(usize::from), 0, cells.collect())
}

fn apply(op: &Op, inputs: &[&Tensor]) -> Tensor {
    let x = inputs[0];
    match op {
        Op::Dense(op) => dense(op, x),
        Op::Conv2d(op) => conv2d(op, x),
        Op::AveragePool(op) => average_pool(op, x),
        Op::Rescale(op) => rescale(op.shift, x),
        Op::Relu(_) => x.each(x.scale, |v| if v < 0 { 0 } else { v }),
        Op::Clip(op) => clip(op, x),
        Op::LookupTable(op) => table(op, x),
        Op::MaxPool(op) => max_pool(op, x),
        Op::Add(_) => add(x, inputs[1]),
        Op::Concat(_) => concat(inputs),
        Op::LeftShift(op) => x.each(x.scale + i64::from(op.bits), |v| v * (1 << op.bits)),
        Op::Reshape(op) => Tensor::new(op.shape, x.scale, x.cells.clone()),
        other => panic!("the oracle does not know {}", other.name()),
    }
}

/// ONNX `Gemm` with `transB = 1` on one row.
fn dense(op: &Dense, x: &Tensor) -> Tensor {
    let weights = op.weights.values();
    let mut cells = Vec::new();
    for (o, bias) in op.bias.iter().enumerate() {
        let mut sum = i128::from(*bias);
        for (i, v) in x.cells.iter().enumerate() {
            sum += i128::from(weights[o * x.cells.len() + i]) * v;
        }
        cells.push(sum);
    }
    let scale = x.scale + i64::from(op.weight_scale);
    Tensor::new([op.bias.len(), 1, 1], scale, cells)
}

/// ONNX `Conv` with `dilations = 1`.
fn conv2d(op: &Conv2d, x: &Tensor) -> Tensor {
    let (outputs, depth) = (op.bias.len(), x.shape[0] / op.groups);
    let (rows, columns) = (op.window.height.kernel, op.window.width.kernel);
    let weights = op.weights.values();
    let scale = x.scale + i64::from(op.weight_scale);
    slide(&op.window, x, outputs, scale, |o, taps| {
        let group = o / (outputs / op.groups);
        let mut sum = i128::from(op.bias[o]);
        for i in 0..depth {
            for (tap, (row, column)) in taps.iter().enumerate() {
                let weight = weights[(o * depth + i) * rows * columns + tap];
                let value = x.at(group * depth + i, *row, *column).unwrap_or(0);
                sum += i128::from(weight) * value;
            }
        }
        sum
    })
}

/// ONNX `AveragePool` with `count_include_pad = 1`, its division replaced by the multiplier.
fn average_pool(op: &AveragePool, x: &Tensor) -> Tensor {
    let scale = x.scale + i64::from(op.multiplier_scale);
    slide(&op.window, x, x.shape[0], scale, |channel, taps| {
        let seen = taps.iter().map(|tap| x.at(channel, tap.0, tap.1));
        i128::from(op.multiplier) * seen.map(Option::unwrap_or_default).sum::<i128>()
    })
}

/// ONNX `MaxPool`, where padding is minus infinity.
fn max_pool(op: &MaxPool, x: &Tensor) -> Tensor {
    slide(&op.window, x, x.shape[0], x.scale, |channel, taps| {
        let seen = taps.iter().filter_map(|tap| x.at(channel, tap.0, tap.1));
        seen.max().expect("every window touches the picture")
    })
}

/// For every output channel and window position, `value(channel, coordinates under the window)`.
fn slide(
    window: &Window,
    x: &Tensor,
    channels: usize,
    scale: i64,
    value: impl Fn(usize, &[(i128, i128)]) -> i128,
) -> Tensor {
    let rows = positions(&window.height, x.shape[1]);
    let columns = positions(&window.width, x.shape[2]);
    let mut cells = Vec::new();
    for channel in 0..channels {
        for top in &rows {
            for left in &columns {
                let mut taps = Vec::new();
                for y in 0..wide(window.height.kernel) {
                    for x in 0..wide(window.width.kernel) {
                        taps.push((top + y, left + x));
                    }
                }
                cells.push(value(channel, &taps));
            }
        }
    }
    Tensor::new([channels, rows.len(), columns.len()], scale, cells)
}

/// Where the window begins, in cells of the unpadded picture: from the left edge of the padding, as
/// long as the whole window lies inside picture and padding.
fn positions(axis: &Axis, len: usize) -> Vec<i128> {
    let end = wide(len) + wide(axis.after);
    let mut positions = Vec::new();
    let mut start = -wide(axis.before);
    while start + wide(axis.kernel) <= end {
        positions.push(start);
        start += wide(axis.stride);
    }
    positions
}

/// Round half up: the floor of `x / 2^shift + 1/2`.
fn rescale(shift: u32, x: &Tensor) -> Tensor {
    let divisor = 1i128 << shift;
    let numerator = |v: &i128| v + divisor / 2;
    let quotients = x.cells.iter().map(|v| numerator(v).div_euclid(divisor));
    let remainders = x.cells.iter().map(|v| numerator(v).rem_euclid(divisor));
    Tensor {
        shape: x.shape,
        scale: x.scale - i64::from(shift),
        cells: quotients.collect(),
        remainders: remainders.collect(),
    }
}

fn clip(op: &Clip, x: &Tensor) -> Tensor {
    let (lo, hi) = (i128::from(op.bounds.lo), i128::from(op.bounds.hi));
    x.each(x.scale, |v| {
        if v < lo {
            lo
        } else if v > hi {
            hi
        } else {
            v
        }
    })
}

fn table(op: &LookupTable, x: &Tensor) -> Tensor {
    let entry = |v: i128| usize::try_from(v - i128::from(op.first)).expect("inside the table");
    x.each(i64::from(op.scale), |v| {
        i128::from(op.values.values()[entry(v)])
    })
}

fn add(a: &Tensor, b: &Tensor) -> Tensor {
    assert_eq!(
        (a.shape, a.scale),
        (b.shape, b.scale),
        "like is added to like"
    );
    let sums = (0..a.cells.len()).map(|i| a.cells[i] + b.cells[i]);
    Tensor::new(a.shape, a.scale, sums.collect())
}

/// ONNX `Concat` with `axis = 1`.
fn concat(inputs: &[&Tensor]) -> Tensor {
    let [_, height, width] = inputs[0].shape;
    let mut channels = 0;
    let mut cells = Vec::new();
    for input in inputs {
        assert_eq!(input.scale, inputs[0].scale, "like is joined to like");
        channels += input.shape[0];
        cells.extend(&input.cells);
    }
    Tensor::new([channels, height, width], inputs[0].scale, cells)
}

fn wide(count: usize) -> i128 {
    i128::try_from(count).expect("a count of cells")
}
