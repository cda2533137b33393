//! Clipping: ReLU6 and its like, and saturation.

use super::{Inferred, Operand};
use crate::graph::OpError;
use crate::interval::Interval;
use serde::{Deserialize, Serialize};

/// The nearest value inside `bounds`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Clip {
    /// Where the output lies, at the input's scale.
    pub bounds: Interval,
}

impl Clip {
    /// The nearest value inside the bounds.
    #[must_use]
    pub fn apply(&self, x: i64) -> i64 {
        x.max(self.bounds.lo).min(self.bounds.hi)
    }

    pub(super) fn infer(&self, input: Operand<'_>) -> Result<Inferred, OpError> {
        if Interval::new(self.bounds.lo, self.bounds.hi).is_none() {
            return Err(OpError::Bounds { got: self.bounds });
        }
        let ranges = input.ranges.iter().map(|r| r.map(|x| self.apply(x)));
        Ok(Inferred {
            shape: input.shape,
            scale: input.scale,
            ranges: ranges.collect(),
        })
    }
}
