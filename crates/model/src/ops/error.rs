//! Why an operator is refused.

use crate::interval::Interval;
use crate::shape::Shape;

/// Why an operator does not fit its inputs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum OpError {
    /// An input is not an earlier node.
    #[error("an operand is not an earlier node")]
    UnknownOperand,
    /// The operator is `Input`, which only node 0 is.
    #[error("only the first node can be the input")]
    SecondInput,
    /// Too few or too many inputs.
    #[error("expected {expected} operands, got {got}")]
    OperandCount {
        /// The number of inputs that the operator takes.
        expected: usize,
        /// The number given.
        got: usize,
    },
    /// More than [`GraphBuilder::MAX_OPERANDS`](crate::GraphBuilder::MAX_OPERANDS).
    #[error("{got} operands; the most is {limit}")]
    TooManyOperands {
        /// The most there may be.
        limit: usize,
        /// The number given.
        got: usize,
    },
    /// The operator needs a vector.
    #[error("expected a flat operand, got shape {got}")]
    NotFlat {
        /// The operand's shape.
        got: Shape,
    },
    /// The output would have no cells, or too many.
    #[error(
        "the window or shape leaves no output, or more than {} cells",
        Shape::MAX_LEN
    )]
    OutputShape,
    /// Weights do not match the shapes.
    #[error("expected {expected} weights, got {got}")]
    WeightCount {
        /// As many as the shapes need.
        expected: usize,
        /// The number given.
        got: usize,
    },
    /// Channels do not split into the groups.
    #[error("{inputs} input and {outputs} output channels do not split into {groups} groups")]
    Groups {
        /// Number of groups.
        groups: usize,
        /// Input channels.
        inputs: usize,
        /// Output channels.
        outputs: usize,
    },
    /// A pooling window could lie in the padding alone.
    #[error("the padding is as wide as the window, which would pool padding alone")]
    OnlyPadding,
    /// A shift by this number of bits is not allowed.
    #[error("a shift of {got} bits is not allowed")]
    Shift {
        /// The shift in bits.
        got: u32,
    },
    /// The bounds of a clip are the wrong way round or too large.
    #[error("the bounds {got} are empty or too large")]
    Bounds {
        /// The bounds.
        got: Interval,
    },
    /// A factor of a [`PRelu`](crate::PRelu) is out of range.
    #[error(
        "the factors {positive} and {negative}; expected 1 to {0} and -{0} to {0}",
        crate::PRelu::MAX_FACTOR
    )]
    Factors {
        /// The factor of positive cells.
        positive: i32,
        /// The factor of negative cells.
        negative: i32,
    },
    /// A table is empty or has too many entries.
    #[error("a table of {got} entries; expected 1 to {limit}")]
    TableLen {
        /// The most entries there may be.
        limit: usize,
        /// Number of entries.
        got: usize,
    },
    /// The input could be a value that the table does not have.
    #[error("the input can be {seen}, the table covers {domain}")]
    TableDomain {
        /// The inputs that the table covers.
        domain: Interval,
        /// The bounds of the input.
        seen: Interval,
    },
    /// Two shapes must agree and do not.
    #[error("shapes {left} and {right} do not fit together")]
    ShapesDiffer {
        /// One shape.
        left: Shape,
        /// The other.
        right: Shape,
    },
    /// Two scales must agree and do not.
    #[error("scales {left} and {right} differ")]
    ScalesDiffer {
        /// One scale.
        left: i32,
        /// The other.
        right: i32,
    },
    /// The output's scale is beyond ±256, which no network needs.
    #[error("a scale of {got} bits is out of range")]
    Scale {
        /// The scale.
        got: i32,
    },
    /// A bound of the output leaves [`Interval::MAX_MAGNITUDE`].
    #[error("a value could exceed 62 bits")]
    Overflow,
}
