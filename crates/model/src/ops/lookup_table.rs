//! Any function of one integer, as a list of its values.

use super::error::OpError;
use super::operator::{Inferred, Operand, Operator, Value, each_cell, one};
use crate::interval::Interval;
use crate::shape::Shape;
use crate::weights::Weights;
use alloc::vec;
use alloc::vec::Vec;
use serde::{Deserialize, Serialize};

/// `values[x − first]`: a sigmoid, tanh, leaky ReLU, or any other function of one integer. The
/// bounds of `x` must lie inside the table; put a [`super::Clip`] before it if they do not.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LookupTable {
    /// The input of the first entry.
    pub first: i64,
    /// One output per input, at most [`Self::MAX_LEN`].
    pub values: Weights,
    /// The output's scale.
    pub scale: i32,
}

impl LookupTable {
    /// The most entries a table may have.
    pub const MAX_LEN: usize = 1 << 16;

    /// The inputs the table covers, or `None` if it is empty or too long.
    #[must_use]
    pub fn domain(&self) -> Option<Interval> {
        let len = self.values.values().len();
        if len > Self::MAX_LEN {
            return None;
        }
        let last = i64::try_from(len).ok()?.checked_sub(1)?;
        Interval::new(self.first, self.first.checked_add(last)?)
    }

    /// The entry for `x`. A valid graph never asks outside the table; there the answer is zero.
    #[must_use]
    pub fn look_up(&self, x: i64) -> i64 {
        let index = usize::try_from(x.wrapping_sub(self.first)).ok();
        let entry = index.and_then(|index| self.values.values().get(index));
        entry.copied().map_or(0, i64::from)
    }
}

impl Operator for LookupTable {
    const NAME: &'static str = "Table";

    fn weights_mut(&mut self) -> Option<&mut Weights> {
        Some(&mut self.values)
    }

    fn infer(&self, inputs: &[Operand<'_>]) -> Result<Inferred, OpError> {
        let input = one(inputs)?;
        let domain = self.domain().ok_or(OpError::TableLen {
            limit: Self::MAX_LEN,
            got: self.values.values().len(),
        })?;
        let hull = input.ranges.iter().copied().reduce(Interval::hull);
        let seen = hull.unwrap_or(Interval::ZERO);
        if seen.hull(domain) != domain {
            return Err(OpError::TableDomain { domain, seen });
        }
        let entries = (seen.lo..=seen.hi).map(|x| self.look_up(x));
        let image = entries
            .map(|y| Interval { lo: y, hi: y })
            .reduce(Interval::hull);
        Ok(Inferred {
            shape: input.shape,
            scale: self.scale,
            ranges: vec![image.unwrap_or(Interval::ZERO); input.shape.channels()],
        })
    }

    fn run(&self, inputs: &[Value<'_>], _output: Shape) -> Vec<i64> {
        each_cell(inputs, |x| self.look_up(x))
    }
}
