//! A model as tables and wires.
//!
//! Every operator that is not linear becomes a [`Table`]; the linear ones between tables become
//! [`Path`]s. A path carries at most one matrix of weights, for the weights are committed and the
//! product of two of them is no linear function of either; where a graph has two linear layers in a
//! row, a table that copies comes between.

mod check;
mod compile;

use crate::at_most::at_most;
use crate::dims::Sides;
use crate::gadgets::Gadget;
use alloc::vec::Vec;
use serde::{Deserialize, Serialize};
use zklens_model::{Model, Op, Window};

/// The most tables a circuit may have.
pub const MOST_TABLES: usize = 1 << 13;

/// The most arrays a circuit may have: two for every table.
pub const MOST_ARRAYS: usize = 1 << 14;

/// The most paths an operand may have: those of as many operands as a node may have.
pub const MOST_PATHS: usize = 1 << 12;

/// The most steps a path may have: those after which it is cut by a copy, and one.
pub const MOST_STEPS: usize = 17;

/// A network, but for its weights.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Circuit {
    /// The pixels first, each table after those it is wired to, then the label, the range and the bytes.
    #[serde(deserialize_with = "at_most::<_, _, MOST_TABLES>")]
    pub tables: Vec<Table>,
    /// Arrays of weights, in the order of [`Self::parameters`].
    #[serde(deserialize_with = "at_most::<_, _, MOST_ARRAYS>")]
    pub arrays: Vec<Vec<usize>>,
}

/// Rows of one gadget.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Table {
    /// The model's node whose output this table has; for a label and for entries, the node that needs
    /// them, which for the label is one past the last.
    pub node: usize,
    /// What a row shows.
    pub gadget: Gadget,
    /// One row per cell of an image's tensor.
    pub sides: Sides,
    /// What is wired to it.
    pub operand: Option<Operand>,
}

/// A tensor as a sum of paths.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Operand {
    /// The tensor's sides.
    pub sides: Sides,
    /// What is added up.
    #[serde(deserialize_with = "at_most::<_, _, MOST_PATHS>")]
    pub paths: Vec<Path>,
}

/// A linear function of one table's output, written from the operand back to the table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Path {
    /// Functions without weights.
    #[serde(deserialize_with = "at_most::<_, _, MOST_STEPS>")]
    pub steps: Vec<Step>,
    /// A function with weights, at the table's end.
    pub weights: Option<Weighted>,
    /// The table.
    pub source: usize,
}

/// A linear function that the verifier computes by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Step {
    /// Times a number.
    Scale(i64),
    /// What lies in `channels` channels of the output from `start` on; the others are of other paths.
    Channels {
        /// First channel.
        start: usize,
        /// How many.
        count: usize,
        /// How many channels the output has.
        total: usize,
    },
    /// `multiplier · Σ window`.
    Average {
        /// How the window slides.
        window: Window,
        /// What each sum is multiplied by.
        multiplier: i32,
        /// Height and width before.
        from: [usize; 2],
    },
}

impl Step {
    pub(crate) const fn is_channels(&self) -> bool {
        matches!(self, Self::Channels { .. })
    }

    pub(crate) const fn is_average(&self) -> bool {
        matches!(self, Self::Average { .. })
    }
}

/// A layer with weights and bias.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Weighted {
    /// Array of the weights; the bias is the next.
    pub array: usize,
    /// What it does.
    pub map: LinearOp,
}

/// What a layer with weights does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum LinearOp {
    /// AxisVector `[outputs][channels][height][width]` of the source.
    Dense,
    /// AxisVector `[outputs][channels][rows][columns]` of the kernel, or
    /// `[outputs · channels per group][rows][columns]` if there are groups.
    Conv2d {
        /// How the kernel slides.
        window: Window,
        /// Groups of channels.
        groups: usize,
    },
}

impl Circuit {
    /// The table of bytes, which is the last.
    #[must_use]
    pub const fn bytes_table(&self) -> usize {
        self.tables.len().saturating_sub(1)
    }

    /// The table of all numbers' bytes, before that of the bytes there are.
    #[must_use]
    pub const fn range_table(&self) -> usize {
        self.tables.len().saturating_sub(2)
    }

    /// The table of the label, before that of the range.
    #[must_use]
    pub const fn label_table(&self) -> usize {
        self.tables.len().saturating_sub(3)
    }

    /// The numbers in [`Self::arrays`], for the model that this was compiled from.
    #[must_use]
    pub fn parameters(&self, model: &Model) -> Vec<Vec<i64>> {
        let widen = |weights: &[i32]| weights.iter().map(|w| i64::from(*w)).collect::<Vec<_>>();
        let mut arrays = Vec::with_capacity(self.arrays.len());
        for node in model.graph().nodes() {
            if let Op::Dense(op) = node.op() {
                arrays.extend([widen(op.weights.values()), op.bias.clone()]);
            } else if let Op::Conv2d(op) = node.op() {
                arrays.extend([widen(op.weights.values()), op.bias.clone()]);
            } else if let Op::LookupTable(op) = node.op() {
                let values = op.values.values().iter().map(|value| i64::from(*value));
                arrays.push(core::iter::once(0).chain(values).collect());
            }
        }
        arrays
    }
}
