//! A model as tables and wires.
//!
//! Operators that are not linear become [`Table`]s. A maximum, a rescale and a ReLU in a row share one. The linear operators between two tables become [`Path`]s. For
//! example, a network of a dense layer, a ReLU and another dense layer has a table of pixels, a table of the ReLU's rows and
//! a table of the logits' margins, with a path of one dense layer from each to the next.
//!
//! A path carries the weights of one layer at most. Weights are committed, and the product of two of them is not a
//! linear function of either. Where a model has two linear layers in a row, a table of copies stands between them.

mod check;
mod compile;

use crate::at_most::at_most;
use crate::dims::Sides;
use crate::gadgets::Gadget;
use alloc::vec::Vec;
use core::ops::Range;
use serde::{Deserialize, Serialize};
use zklens_model::{Model, Op, Window};

/// The most tables a circuit may have.
pub const MOST_TABLES: usize = 1 << 13;

/// The most arrays a circuit may have: two for every table.
pub const MOST_ARRAYS: usize = 1 << 14;

/// The most paths of an operand: those of all operands that a node may have.
pub const MOST_PATHS: usize = 1 << 12;

/// The most steps of a path. The compiler cuts a path of more than 16 steps by a copy.
pub const MOST_STEPS: usize = 17;

/// A network without its weights: tables, and wires between them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Circuit {
    /// The pixels first, then each table behind those that it is wired to. The last three are the label's, the range
    /// check's and that of the bytes.
    #[serde(deserialize_with = "at_most::<_, _, MOST_TABLES>")]
    pub tables: Vec<Table>,
    /// Sides of each array of weights, in the order of [`Self::parameters`]. A bias follows its weights.
    #[serde(deserialize_with = "at_most::<_, _, MOST_ARRAYS>")]
    pub arrays: Vec<Vec<usize>>,
}

/// A table: rows of one gadget.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Table {
    /// The model's node whose output the table has. Entries have the node that looks them up; the label has one past the
    /// last node.
    pub node: usize,
    /// The rules of a row.
    pub gadget: Gadget,
    /// Sides of an image's tensor: there is one row for each of its cells.
    pub sides: Sides,
    /// The tensor that is wired to the rows, if there is one.
    pub operand: Option<Operand>,
}

/// A tensor as a sum of paths.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Operand {
    /// The tensor's sides.
    pub sides: Sides,
    /// The summands.
    #[serde(deserialize_with = "at_most::<_, _, MOST_PATHS>")]
    pub paths: Vec<Path>,
}

/// A linear function of one table's output, written from the operand back to the table. For example, an average pool of
/// a convolution is the step [`Step::Average`] and the weights of the convolution.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Path {
    /// Functions without weights, the last applied first.
    #[serde(deserialize_with = "at_most::<_, _, MOST_STEPS>")]
    pub steps: Vec<Step>,
    /// The layer with weights that reads the table, if there is one.
    pub weights: Option<Weighted>,
    /// Index of the table.
    pub source: usize,
}

/// A linear function without weights, which the verifier evaluates by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Step {
    /// Multiplies by a constant.
    Scale(i64),
    /// Writes the operand into `count` channels of the output, from channel `start`. Other paths fill the others.
    Channels {
        /// First channel.
        start: usize,
        /// Number of channels.
        count: usize,
        /// Channels of the output.
        total: usize,
    },
    /// `multiplier · Σ window`.
    Average {
        /// The window.
        window: Window,
        /// The factor of each sum.
        multiplier: i32,
        /// Height and width of the operand.
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
    /// Index of the array of weights. The array behind it is the bias.
    pub array: usize,
    /// How weights and operand are combined.
    pub map: LinearOp,
}

/// How a layer combines its weights with its operand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum LinearOp {
    /// A sum over the whole source, with weights `[outputs][channels][height][width]`.
    Dense,
    /// A convolution with weights `[outputs][channels][kernel height][kernel width]`, or
    /// `[outputs · channels per group][kernel height][kernel width]` if there are several groups.
    Conv2d {
        /// The kernel's window.
        window: Window,
        /// Groups of channels.
        groups: usize,
    },
}

impl Circuit {
    /// Index of the table of bytes: the last.
    #[must_use]
    pub const fn bytes_table(&self) -> usize {
        self.tables.len().saturating_sub(1)
    }

    /// Index of the table that checks the range of all numbers: the last but one.
    #[must_use]
    pub const fn range_table(&self) -> usize {
        self.tables.len().saturating_sub(2)
    }

    /// Index of the table of margins: the third from the end.
    #[must_use]
    pub const fn label_table(&self) -> usize {
        self.tables.len().saturating_sub(3)
    }

    /// The values of [`Self::arrays`], for the model that the circuit was compiled from.
    #[must_use]
    pub fn parameters(&self, model: &Model) -> Vec<Vec<i64>> {
        let values = self.values(model).into_iter();
        values.map(Values::to_vec).collect()
    }

    /// The same where the model has them, without a copy.
    #[must_use]
    pub fn values<'model>(&self, model: &'model Model) -> Vec<Values<'model>> {
        let mut arrays = Vec::with_capacity(self.arrays.len());
        for node in model.graph().nodes() {
            if let Op::Dense(op) = node.op() {
                arrays.extend([Values::Weights(op.weights.values()), Values::Bias(&op.bias)]);
            } else if let Op::Conv2d(op) = node.op() {
                arrays.extend([Values::Weights(op.weights.values()), Values::Bias(&op.bias)]);
            } else if let Op::LookupTable(op) = node.op() {
                arrays.push(Values::Entries(op.values.values()));
            }
        }
        arrays
    }
}

/// The values of an array, in the model that has them.
#[derive(Clone, Copy, Debug)]
pub enum Values<'model> {
    /// The weights of a layer.
    Weights(&'model [i32]),
    /// The bias of a layer.
    Bias(&'model [i64]),
    /// The entries of a table, without the first: the entry for padding, which is zero.
    Entries(&'model [i32]),
}

impl Values<'_> {
    /// All values.
    #[must_use]
    pub fn to_vec(self) -> Vec<i64> {
        self.slice(0..usize::MAX)
    }

    /// The values at these indices, as far as there are any.
    #[must_use]
    pub fn slice(self, indices: Range<usize>) -> Vec<i64> {
        let Range { start, end } = indices;
        let count = end.saturating_sub(start);
        let widen = |values: &[i32]| {
            let values = values.iter().skip(start).take(count);
            values.map(|value| i64::from(*value)).collect()
        };
        match self {
            Self::Weights(weights) => widen(weights),
            Self::Bias(bias) => bias.iter().skip(start).take(count).copied().collect(),
            Self::Entries(entries) => {
                let entries = entries.iter().map(|entry| i64::from(*entry));
                let all = core::iter::once(0).chain(entries);
                all.skip(start).take(count).collect()
            }
        }
    }
}
