//! The trait that every operator implements, and the types and sums that several of them share.

use super::error::OpError;
use crate::interval::Interval;
use crate::shape::Shape;
use crate::weights::Weights;
use alloc::vec::Vec;

/// One operator of the integer network: shape, scale and bounds of its output, and the output
/// itself.
pub(crate) trait Operator {
    /// The name that reports, errors and `zklens inspect` print.
    const NAME: &'static str;

    /// The number of weights and biases in the operator.
    fn parameters(&self) -> usize {
        0
    }

    /// The weights that a file has as one list.
    fn weights_mut(&mut self) -> Option<&mut Weights> {
        None
    }

    /// How many multiplications, additions or comparisons one run takes, up to a small factor. The
    /// default is one for each cell of the output.
    fn work(&self, output: Shape) -> u64 {
        product(output.len(), 1)
    }

    /// Shape, scale and bounds of the output.
    ///
    /// # Errors
    ///
    /// The operator's fields or `inputs` do not fit together, or a bound leaves
    /// [`Interval::MAX_MAGNITUDE`].
    fn infer(&self, inputs: &[Operand<'_>]) -> Result<Inferred, OpError>;

    /// The cells of the output, for inputs that [`Self::infer`] accepted and the shape that it
    /// found. For any others, the result is any cells at all, or none; it does not panic.
    fn run(&self, inputs: &[Value<'_>], output: Shape) -> Vec<i64>;
}

/// Shape, scale and bounds of one input, for a graph that is being built.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Operand<'a> {
    pub(crate) shape: Shape,
    pub(crate) scale: i32,
    /// Bounds of each channel.
    pub(crate) ranges: &'a [Interval],
}

/// Shape, scale and bounds of the output, for a graph that is being built.
#[derive(Clone, Debug)]
pub(crate) struct Inferred {
    pub(crate) shape: Shape,
    pub(crate) scale: i32,
    /// Bounds of each channel.
    pub(crate) ranges: Vec<Interval>,
}

/// One input of an operator when the network runs.
#[derive(Clone, Copy, Debug)]
pub struct Value<'a> {
    /// Its sides.
    pub shape: Shape,
    /// Its cells, `[channel][row][column]`.
    pub cells: &'a [i64],
}

/// The input of an operator that takes one.
pub(super) fn one<'a>(inputs: &[Operand<'a>]) -> Result<Operand<'a>, OpError> {
    match inputs {
        [input] => Ok(*input),
        _ => Err(OpError::OperandCount {
            expected: 1,
            got: inputs.len(),
        }),
    }
}

/// `map` of every cell of an operator's one input.
pub(super) fn each_cell(inputs: &[Value<'_>], map: impl Fn(i64) -> i64) -> Vec<i64> {
    let cells = inputs.first().map_or(&[][..], |input| input.cells);
    cells.iter().map(|x| map(*x)).collect()
}

/// `map` of every channel's bounds; `None` from `map` is an overflow.
pub(super) fn each_range(
    input: Operand<'_>,
    map: impl Fn(Interval) -> Option<Interval>,
) -> Result<Vec<Interval>, OpError> {
    let ranges = input.ranges.iter();
    ranges
        .map(|range| map(*range).ok_or(OpError::Overflow))
        .collect()
}

/// The interval of `bias + Σ weight·input`, or [`OpError::Overflow`].
pub(super) fn weighted_sum<'a>(
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

/// `sum + weight·input`. [`Operator::infer`] has shown that the complete sum fits into 64 bits, so
/// a partial sum that wraps around wraps back.
pub(super) const fn multiply_add(sum: i64, weight: i64, input: i64) -> i64 {
    sum.wrapping_add(weight.wrapping_mul(input))
}

/// `a · b`, at most `u64::MAX`: in 64 bits, so that a 32-bit machine refuses the same graphs.
pub(super) fn product(a: usize, b: usize) -> u64 {
    let wide = |factor| u64::try_from(factor).unwrap_or(u64::MAX);
    wide(a).saturating_mul(wide(b))
}
