//! Stages of proving, for reports of progress.

use crate::error::ProveError;
use std::ops::ControlFlow;

/// A stage of proving. They follow each other in this order; each takes a good part of the time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Stage {
    /// Runs the network and writes down all its values.
    Witness,
    /// Commits to them: steps 0 and 1 of the protocol.
    Commitment,
    /// Makes the helpers of lookups: step 2.
    Lookups,
    /// Sums up all rules, and runs the sumcheck: steps 3 and 4.
    Sumcheck,
    /// Sends the columns' values, and opens the claims on vectors: steps 5 and 6.
    Opening,
}

impl Stage {
    /// All stages, in their order.
    pub const ALL: [Self; 5] = [
        Self::Witness,
        Self::Commitment,
        Self::Lookups,
        Self::Sumcheck,
        Self::Opening,
    ];

    /// Reports the beginning of this stage to `progress`.
    ///
    /// # Errors
    ///
    /// [`ProveError::Cancelled`] if `progress` breaks.
    pub(crate) fn begin(
        self,
        progress: &mut dyn FnMut(Self) -> ControlFlow<()>,
    ) -> Result<(), ProveError> {
        match progress(self) {
            ControlFlow::Continue(()) => Ok(()),
            ControlFlow::Break(()) => Err(ProveError::Cancelled),
        }
    }
}
