//! The operators, one file each. An operator says what its output looks like (`infer`: shape,
//! scale, bounds) and what it is (`run`).

mod add;
mod average_pool;
mod clip;
mod concat;
mod conv2d;
mod dense;
mod left_shift;
mod max_pool;
mod relu;
mod rescale;
mod reshape;
mod table;

pub use add::Add;
pub use average_pool::AveragePool;
pub use clip::Clip;
pub use concat::Concat;
pub use conv2d::Conv2d;
pub use dense::Dense;
pub use left_shift::LeftShift;
pub use max_pool::MaxPool;
pub use relu::Relu;
pub use rescale::Rescale;
pub use reshape::Reshape;
pub use table::Table;

use crate::graph::OpError;
use crate::interval::Interval;
use crate::shape::Shape;
use alloc::vec::Vec;
use serde::{Deserialize, Serialize};

/// One node's operator. The order of the variants is part of the file format.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Op {
    /// The pixels, `0…255`: always the first node and only that.
    Input,
    /// See [`Dense`].
    Dense(Dense),
    /// See [`Conv2d`].
    Conv2d(Conv2d),
    /// See [`AveragePool`].
    AveragePool(AveragePool),
    /// See [`Rescale`].
    Rescale(Rescale),
    /// See [`Relu`].
    Relu(Relu),
    /// See [`Clip`].
    Clip(Clip),
    /// See [`Table`].
    Table(Table),
    /// See [`MaxPool`].
    MaxPool(MaxPool),
    /// See [`Add`].
    Add(Add),
    /// See [`Concat`].
    Concat(Concat),
    /// See [`LeftShift`].
    LeftShift(LeftShift),
    /// See [`Reshape`].
    Reshape(Reshape),
}

/// What an operator is told about each input when the graph is built.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Operand<'a> {
    pub(crate) shape: Shape,
    pub(crate) scale: i32,
    /// Bounds per channel.
    pub(crate) ranges: &'a [Interval],
}

/// What an operator says about its output.
#[derive(Clone, Debug)]
pub(crate) struct Inferred {
    pub(crate) shape: Shape,
    pub(crate) scale: i32,
    /// Bounds per channel.
    pub(crate) ranges: Vec<Interval>,
}

/// One input when the network runs.
#[derive(Clone, Copy, Debug)]
pub struct Value<'a> {
    /// Its sides.
    pub shape: Shape,
    /// Its cells, `[channel][row][column]`.
    pub cells: &'a [i64],
}

impl Op {
    /// Flattens a tensor of `len` cells.
    #[must_use]
    pub const fn flatten(len: usize) -> Self {
        Self::Reshape(Reshape { shape: [len, 1, 1] })
    }

    /// The operator's name, as reports print it.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Input => "Input",
            Self::Dense(_) => "Dense",
            Self::Conv2d(_) => "Conv2d",
            Self::AveragePool(_) => "AveragePool",
            Self::Rescale(_) => "Rescale",
            Self::Relu(_) => "Relu",
            Self::Clip(_) => "Clip",
            Self::Table(_) => "Table",
            Self::MaxPool(_) => "MaxPool",
            Self::Add(_) => "Add",
            Self::Concat(_) => "Concat",
            Self::LeftShift(_) => "LeftShift",
            Self::Reshape(_) => "Reshape",
        }
    }

    /// Weights and biases this operator holds.
    #[must_use]
    pub fn parameters(&self) -> usize {
        match self {
            Self::Dense(op) => op.weights.values().len().saturating_add(op.bias.len()),
            Self::Conv2d(op) => op.weights.values().len().saturating_add(op.bias.len()),
            Self::Input
            | Self::AveragePool(_)
            | Self::Rescale(_)
            | Self::Relu(_)
            | Self::Clip(_)
            | Self::Table(_)
            | Self::MaxPool(_)
            | Self::Add(_)
            | Self::Concat(_)
            | Self::LeftShift(_)
            | Self::Reshape(_) => 0,
        }
    }

    /// Multiplications, additions or comparisons it takes, where that is more than a few per cell.
    #[must_use]
    pub fn work(&self, output: Shape) -> u64 {
        // In 64 bits, so that a 32-bit machine refuses the same graphs.
        let product = |a: usize, b: usize| {
            let wide = |factor| u64::try_from(factor).unwrap_or(u64::MAX);
            wide(a).saturating_mul(wide(b))
        };
        match self {
            Self::Dense(op) => product(op.weights.values().len(), 1),
            Self::Conv2d(op) => product(op.weights.values().len(), output.area()),
            Self::AveragePool(op) => product(op.window.area(), output.len()),
            Self::MaxPool(op) => product(op.window.area(), output.len()),
            Self::Input
            | Self::Rescale(_)
            | Self::Relu(_)
            | Self::Clip(_)
            | Self::Table(_)
            | Self::Add(_)
            | Self::Concat(_)
            | Self::LeftShift(_)
            | Self::Reshape(_) => product(output.len(), 1),
        }
    }

    pub(crate) fn infer(&self, inputs: &[Operand<'_>]) -> Result<Inferred, OpError> {
        match self {
            Self::Input => Err(OpError::SecondInput),
            Self::Dense(op) => op.infer(one(inputs)?),
            Self::Conv2d(op) => op.infer(one(inputs)?),
            Self::AveragePool(op) => op.infer(one(inputs)?),
            Self::Rescale(op) => op.infer(one(inputs)?),
            Self::Relu(op) => Ok(op.infer(one(inputs)?)),
            Self::Clip(op) => op.infer(one(inputs)?),
            Self::Table(op) => op.infer(one(inputs)?),
            Self::MaxPool(op) => op.infer(one(inputs)?),
            Self::Add(op) => op.infer(inputs),
            Self::Concat(op) => op.infer(inputs),
            Self::LeftShift(op) => op.infer(one(inputs)?),
            Self::Reshape(op) => op.infer(one(inputs)?),
        }
    }

    /// The output cells, where inputs and `output` are as in a checked [`Graph`](crate::Graph); otherwise
    /// any cells at all.
    ///
    /// [`Model::run`](crate::Model::run) is what runs networks. This is for programs that run one in
    /// another way and must mean the same.
    #[must_use]
    pub fn run(&self, inputs: &[Value<'_>], output: Shape) -> Vec<i64> {
        if let Self::Concat(op) = self {
            return op.run(inputs);
        }
        let Some(&input) = inputs.first() else {
            return Vec::new();
        };
        match self {
            Self::Input | Self::Concat(_) | Self::Reshape(_) => input.cells.to_vec(),
            Self::Dense(op) => op.run(input),
            Self::Conv2d(op) => op.run(input, output),
            Self::AveragePool(op) => op.run(input, output),
            Self::Rescale(op) => input.cells.iter().map(|x| op.quotient(*x)).collect(),
            Self::Relu(op) => input.cells.iter().map(|x| op.apply(*x)).collect(),
            Self::Clip(op) => input.cells.iter().map(|x| op.apply(*x)).collect(),
            Self::Table(op) => input.cells.iter().map(|x| op.look_up(*x)).collect(),
            Self::MaxPool(op) => op.run(input, output),
            Self::Add(op) => op.run(inputs),
            Self::LeftShift(op) => input.cells.iter().map(|x| op.apply(*x)).collect(),
        }
    }
}

fn one<'a>(inputs: &[Operand<'a>]) -> Result<Operand<'a>, OpError> {
    match inputs {
        [input] => Ok(*input),
        _ => Err(OpError::OperandCount {
            expected: 1,
            got: inputs.len(),
        }),
    }
}

/// The interval of `bias + Σ weight·input`, or [`OpError::Overflow`].
fn weighted_sum<'a>(
    bias: i64,
    terms: impl Iterator<Item = (&'a i32, Interval)>,
) -> Result<Interval, OpError> {
    let mut sum = Interval::new(bias, bias).ok_or(OpError::Overflow)?;
    for (weight, input) in terms {
        let term = input.times(i64::from(*weight)).ok_or(OpError::Overflow)?;
        sum = sum.plus(term).ok_or(OpError::Overflow)?;
    }
    Ok(sum)
}

/// `x + weight·y` where inference has shown that the true result fits; partial sums may wrap and
/// wrap back.
const fn multiply_add(sum: i64, weight: i64, input: i64) -> i64 {
    sum.wrapping_add(weight.wrapping_mul(input))
}
