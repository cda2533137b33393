//! Why an operator is refused.

use crate::interval::Interval;
use crate::shape::Shape;

/// Why an operator does not fit its inputs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum OpError {
    /// An input that is not an earlier node.
    #[error("an operand is not an earlier node")]
    UnknownOperand,
    /// A second `Input`.
    #[error("only the first node can be the input")]
    SecondInput,
    /// Too few or too many inputs.
    #[error("expected {expected} operands, got {got}")]
    OperandCount {
        /// How many it takes.
        expected: usize,
        /// How many there are.
        got: usize,
    },
    /// More than [`GraphBuilder::MAX_OPERANDS`](crate::GraphBuilder::MAX_OPERANDS).
    #[error("{got} operands; the most is {limit}")]
    TooManyOperands {
        /// The most there may be.
        limit: usize,
        /// How many there are.
        got: usize,
    },
    /// A vector is needed.
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
        /// What the shapes ask for.
        expected: usize,
        /// How many there are.
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
    /// A shift that is not allowed.
    #[error("a shift of {got} bits is not allowed")]
    Shift {
        /// The shift.
        got: u32,
    },
    /// Clip bounds the wrong way round or too large.
    #[error("the bounds {got} are empty or too large")]
    Bounds {
        /// The bounds.
        got: Interval,
    },
    /// An empty or oversized table.
    #[error("a table of {got} entries; expected 1 to {limit}")]
    TableLen {
        /// The most entries there may be.
        limit: usize,
        /// Number of entries.
        got: usize,
    },
    /// An input could miss the table.
    #[error("the input can be {seen}, the table covers {domain}")]
    TableDomain {
        /// What the table covers.
        domain: Interval,
        /// What the input can be.
        seen: Interval,
    },
    /// Two shapes that must agree do not.
    #[error("shapes {left} and {right} do not fit together")]
    ShapesDiffer {
        /// One shape.
        left: Shape,
        /// The other.
        right: Shape,
    },
    /// Two scales that must agree do not.
    #[error("scales {left} and {right} differ")]
    ScalesDiffer {
        /// One scale.
        left: i32,
        /// The other.
        right: i32,
    },
    /// A scale that no network needs.
    #[error("a scale of {got} bits is out of range")]
    Scale {
        /// The scale.
        got: i32,
    },
    /// An output could leave 62 bits.
    #[error("a value could exceed 62 bits")]
    Overflow,
}
