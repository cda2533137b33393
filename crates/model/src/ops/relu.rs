//! Rectified linear unit.

use super::{Inferred, Operand};
use serde::{Deserialize, Serialize};

/// `max(x, 0)`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Relu;

impl Relu {
    /// `max(x, 0)`.
    #[must_use]
    pub fn apply(&self, x: i64) -> i64 {
        x.max(0)
    }

    pub(super) fn infer(self, input: Operand<'_>) -> Inferred {
        let ranges = input.ranges.iter().map(|r| r.map(|x| self.apply(x)));
        Inferred {
            shape: input.shape,
            scale: input.scale,
            ranges: ranges.collect(),
        }
    }
}
