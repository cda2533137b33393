//! Fully connected layer.

use super::error::OpError;
use super::operator::{
    Inferred, Operand, Operator, Value, multiply_add, one, product, weighted_sum,
};
use crate::shape::Shape;
use crate::weights::Weights;
use alloc::vec::Vec;
use serde::{Deserialize, Serialize};

/// `y = W·x + b` over the integers. `x` is flat; the output's scale is the input's plus
/// `weight_scale`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dense {
    /// `[outputs][inputs]`, row-major.
    pub weights: Weights,
    /// A weight `w` stands for `w · 2^-weight_scale`.
    pub weight_scale: i32,
    /// One for each output, at the output's scale.
    pub bias: Vec<i64>,
}

impl Operator for Dense {
    const NAME: &'static str = "Dense";

    fn parameters(&self) -> usize {
        let weights = self.weights.values().len();
        weights.saturating_add(self.bias.len())
    }

    fn weights_mut(&mut self) -> Option<&mut Weights> {
        Some(&mut self.weights)
    }

    fn work(&self, _output: Shape) -> u64 {
        product(self.weights.values().len(), 1)
    }

    fn infer(&self, inputs: &[Operand<'_>]) -> Result<Inferred, OpError> {
        let input = one(inputs)?;
        if !input.shape.is_flat() {
            return Err(OpError::NotFlat { got: input.shape });
        }
        let columns = input.shape.channels();
        let shape = Shape::flat(self.bias.len()).ok_or(OpError::OutputShape)?;
        let expected = columns.saturating_mul(self.bias.len());
        if self.weights.values().len() != expected {
            return Err(OpError::WeightCount {
                expected,
                got: self.weights.values().len(),
            });
        }
        let rows = self.weights.values().chunks(columns);
        let ranges = rows
            .zip(&self.bias)
            .map(|(row, bias)| weighted_sum(*bias, row.iter().zip(input.ranges.iter().copied())))
            .collect::<Result<_, _>>()?;
        Ok(Inferred {
            shape,
            scale: input.scale.saturating_add(self.weight_scale),
            ranges,
        })
    }

    fn run(&self, inputs: &[Value<'_>], _output: Shape) -> Vec<i64> {
        let [input] = inputs else {
            return Vec::new();
        };
        let rows = self.weights.values().chunks(input.cells.len().max(1));
        rows.zip(&self.bias)
            .map(|(row, bias)| {
                row.iter()
                    .zip(input.cells)
                    .fold(*bias, |sum, (w, x)| multiply_add(sum, i64::from(*w), *x))
            })
            .collect()
    }
}
